"""What settlement needs to know: awards, dispatch, meter data, prices with their versions, rates."""
