"""Weather: the National Weather Service, NOAA's station histories, the Climate Prediction Center's degree days."""
