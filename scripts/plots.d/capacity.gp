# Throughput over the capacity between the two sides.
picture = "What a larger buffer between the two buys: messages of " . size
x_title = "capacity of the buffer"
y_title = "bytes a second"
text(value) = rate_text(value)
x_text(value) = bytes_text(value)
load "lines.gp"
