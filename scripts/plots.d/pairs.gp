# The median round trip on one CPU beside that on two, a row for each way.
picture = "The same mechanism on one CPU and on two: round trips of " . size
rows = words(ways)
axis = "x"
from = lowest
to = highest
text(value) = time_text(value)
load "ticks.gp"
set label 101 picture at screen 0.5, 0.955 center font title_font
set label 102 "two : one" at screen 0.915, 0.885 center
set xlabel "median round trip"
set yrange [rows + 0.5 : 0.5]
set lmargin at screen 0.145
set rmargin at screen 0.87
set tmargin at screen 0.87
set bmargin at screen 0.2
set ytics scale 0 ("" 1)
do for [n = 1:rows] {
    eval sprintf('set ytics add ("%s" %d)', label(word(ways, n)), n)
}
set key at screen 0.5, 0.075 center center horizontal Left reverse \
    samplen 1 width 2
times(ratio) = ratio >= 9.95 ? sprintf("%.0f", ratio) : \
    ratio >= 0.995 ? sprintf("%.1f", ratio) : \
    ratio >= 0.02 ? sprintf("%.2f", ratio) : sprintf("1/%.0f", 1 / ratio)
array shown[2] = ["same", "cross"]
array pair_colours[2] = [blue, vermillion]
array pair_shapes[2] = [7, 5]
plot figures using 5:1 with lines linecolor rgb 0xBBBBBB linewidth 2 notitle, \
    for [n = 1:2] figures using (of(shown[n], "", $5)):1:6:7 \
        with xerrorbars linewidth 1.3 linecolor rgb pair_colours[n] \
        pointtype pair_shapes[n] title headline(shown[n]), \
    figures using (of("cross", "", to)):1:(times($8)) \
        with labels offset 6, 0 notitle
