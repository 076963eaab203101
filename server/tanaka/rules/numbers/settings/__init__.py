"""What a paper says of its set-up in several places."""
