"""What every room shares: geodesy, time, validation, lazy imports, progress."""
