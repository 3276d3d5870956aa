# The median round trip over the turns of a wait before it sleeps.
picture = "How long to spin before going to sleep: round trips of " . size
x_title = "turns of the waiting loop before it sleeps"
y_title = "median round trip"
text(value) = time_text(value)
x_text(value) = sprintf("%g", value)
load "lines.gp"
