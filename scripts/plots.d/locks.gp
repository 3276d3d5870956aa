# What a lock costs with several processes at it, a row for each kind.
picture = "Taking and giving back a lock that others want too"
wrong = "loses updates"
rows = words(ways)
axis = "x"
from = lowest
to = highest
text(value) = time_text(value)
load "ticks.gp"
set label 101 picture at screen 0.5, 0.955 center font title_font
set xlabel "time of one operation, all processes together"
set yrange [rows + 0.5 : 0.5]
set lmargin at screen 0.195
set rmargin at screen 0.975
set tmargin at screen 0.91
set bmargin at screen 0.2
set ytics scale 0 ("" 1)
do for [n = 1:rows] {
    eval sprintf('set ytics add ("%s" %d)', label(word(ways, n)), n)
}
set key at screen 0.56, 0.075 center center horizontal Left reverse \
    samplen 1 width 2
array mark_colours[6] = [black, sky, orange, vermillion, purple, green]
array mark_shapes[6] = [7, 5, 9, 13, 11, 15]
many(n) = word(ticks, n) eq "1" ? "1 process" : word(ticks, n)." processes"
plot figures using 5:1 with lines linecolor rgb 0xBBBBBB linewidth 2 notitle, \
    for [n = 1:words(ticks)] figures using \
        ($4 == real(word(ticks, n)) ? $5 : NaN):1:6:7 with xerrorbars \
        linewidth 1.3 linecolor rgb mark_colours[(n - 1) % 6 + 1] \
        pointtype mark_shapes[(n - 1) % 6 + 1] title many(n)
