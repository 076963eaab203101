"""What sentences state that the hardware can be asked about: rates, footprints, transfers, scaling."""
