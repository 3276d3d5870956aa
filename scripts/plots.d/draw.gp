# What the pictures share. scripts/plots runs, in this folder,
#
#     gnuplot -c draw.gp PICTURE FORMAT IMAGE FIGURES FACTS CAPTION
#
# where FIGURES and FACTS come from spread.awk; the last line goes on with
# PICTURE.gp.
set encoding utf8
drawing = ARG1.".gp"
format = ARG2
image = ARG3
figures = ARG4
caption = ARG6
load ARG5

# One size of text for reading, a larger one for the title, a smaller one for
# the caption. No _ or ^ in a name means anything.
if (format eq "svg") {
    set terminal svg size 900,600 noenhanced font "DejaVu Sans,13" \
        background "white" linewidth 1.2
    title_font = "DejaVu Sans,17"
    small_font = "DejaVu Sans,11"
} else {
    set terminal pngcairo size 900,600 noenhanced font "DejaVu Sans,10" \
        background "white" linewidth 1.2
    title_font = "DejaVu Sans,13"
    small_font = "DejaVu Sans,8.5"
}
set output image

# The colours of Okabe and Ito, told apart by nearly everybody; grey stands for
# their yellow, which is too pale for a line on white. A series has a shape of
# its own beside its colour.
black = 0x000000
grey = 0x808080
orange = 0xE69F00
sky = 0x56B4E9
green = 0x009E73
blue = 0x0072B2
vermillion = 0xD55E00
purple = 0xCC79A7
array colours[8] = [black, orange, sky, green, blue, vermillion, purple, grey]
array shapes[8] = [7, 5, 9, 11, 13, 3, 4, 2]
colour(n) = colours[(n - 1) % 8 + 1]
shape(n) = shapes[(n - 1) % 8 + 1]

# The same way looks the same in every picture that has a line for each.
known = "pipe pipe-big cond-under cond-waiter cond-half cond-batch " . \
    "cond-spin channel spsc spin-futex seqpacket stream"
array known_colours[12] = [black, black, orange, sky, blue, purple, \
    purple, green, vermillion, blue, grey, grey]
array known_shapes[12] = [7, 6, 9, 11, 5, 4, 4, 13, 3, 2, 2, 1]
place_in(list, name) = (sum [i = 1:words(list)] \
    (word(list, i) eq name ? i : 0))
colour_of(way, n) = \
    (m = place_in(known, way), m ? known_colours[m] : colour(n))
shape_of(way, n) = (m = place_in(known, way), m ? known_shapes[m] : shape(n))

# A way whose rows had wrong messages or lost updates says so.
wrong = "corrupt"
label(way) = strstrt(corrupt, " ".way." ") ? way." (".wrong.")" : way

# The figures of one way in one panel; all others are as good as not there.
# Columns of FIGURES: 1 number, 2 panel, 3 way, 4 x, from 5 the figures.
set datafile separator tab
set datafile missing NaN
of(place, way, value) = \
    strcol(2) eq place && (way eq "" || strcol(3) eq way) ? value : NaN

headline(place) = place eq "same" ? "both on one CPU" : \
    place eq "cross" ? "on two CPUs" : place eq "free" ? "on any CPU" : ""
low_of(n) = real(word(lows, n))
high_of(n) = real(word(highs, n))
lowest = low_of(1)
highest = high_of(1)
do for [n = 2:words(places)] {
    if (low_of(n) < lowest) { lowest = low_of(n) }
    if (high_of(n) > highest) { highest = high_of(n) }
}

# Values as people write them.
time_text(ns) = ns < 1e3 ? sprintf("%g ns", ns) : ns < 1e6 ? \
    sprintf("%g µs", ns / 1e3) : ns < 1e9 ? sprintf("%g ms", ns / 1e6) : \
    sprintf("%g s", ns / 1e9)
short_time(ns) = ns < 1e3 ? sprintf("%.3g ns", ns) : ns < 1e6 ? \
    sprintf("%.3g µs", ns / 1e3) : ns < 1e9 ? sprintf("%.3g ms", ns / 1e6) : \
    sprintf("%.3g s", ns / 1e9)
rate_text(bytes) = bytes < 1e6 ? sprintf("%g kB/s", bytes / 1e3) : \
    bytes < 1e9 ? sprintf("%g MB/s", bytes / 1e6) : sprintf("%g GB/s", bytes / 1e9)
bytes_text(n) = n < 1024 ? sprintf("%g B", n) : n < 2**20 ? \
    sprintf("%g KiB", n / 2.0**10) : n < 2**30 ? \
    sprintf("%g MiB", n / 2.0**20) : sprintf("%g GiB", n / 2.0**30)

set border 3 linecolor rgb grey
set tics nomirror textcolor rgb black
set grid linecolor rgb 0xDDDDDD linetype 1 linewidth 0.7
set style data linespoints
set pointsize 1.1
set errorbars small
set label 100 caption at screen 0.975, 0.025 right font small_font \
    textcolor rgb 0x606060

load drawing
