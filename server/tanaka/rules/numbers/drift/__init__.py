"""What a paper says of one result in several places."""
