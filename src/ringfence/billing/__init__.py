"""What things cost: tariffs, in whole millionths of a currency and never in floats."""
