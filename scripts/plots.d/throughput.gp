# Throughput over the size of a message.
picture = "Throughput over the size of a message" . \
    (capacity eq "" ? "" : ", through a buffer of " . capacity)
x_title = "size of a message"
y_title = "bytes a second"
text(value) = rate_text(value)
x_text(value) = bytes_text(value)
load "lines.gp"
