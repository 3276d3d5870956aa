# A line for each way over a logarithmic x axis, same and cross in panels side
# by side with one y axis, the legend below them. Set before: picture, x_title,
# y_title, text(value) for the labels of the y axis, x_text(value) for those of
# the x axis.
left = 0.105
gap = 0.025
right = 0.975
panels = words(places)
wide = (right - left - (panels - 1) * gap) / panels

set multiplot
set label 101 picture at screen 0.5, 0.955 center font title_font
axis = "y"
from = lowest
to = highest
load "ticks.gp"
first = real(word(ticks, 1))
last = real(word(ticks, words(ticks)))
set logscale x
set xrange [first / (last / first)**0.04 : last * (last / first)**0.04]
set xtics scale 0.5 ("" first / 1e6)
do for [tick in ticks] {
    value = real(tick)
    eval sprintf('set xtics add ("%s" %g)', \
        tick eq nought ? "0" : x_text(value), value)
}
set xlabel x_title
set ylabel y_title offset screen 0.005, 0
set tmargin at screen 0.87
set bmargin at screen 0.265
do for [panel = 1:panels] {
    place = word(places, panel)
    set lmargin at screen left + (panel - 1) * (wide + gap)
    set rmargin at screen left + (panel - 1) * (wide + gap) + wide
    set title headline(place) offset 0, -0.4
    unset key
    if (panel > 1) {
        unset ylabel
        unset label
        text(value) = ""
        load "ticks.gp"
    }
    plot \
        for [n = 1:words(ways)] figures using 4:(of(place, word(ways, n), \
            $5)):6:7 with yerrorbars linewidth 1 pointsize 0 \
            linecolor rgb colour_of(word(ways, n), n) notitle, \
        for [n = 1:words(ways)] figures using 4:(of(place, word(ways, n), \
            $5)) linewidth 2 linecolor rgb colour_of(word(ways, n), n) \
            pointtype shape_of(word(ways, n), n) notitle
}
array entry_name[words(ways)]
array entry_colour[words(ways)]
array entry_shape[words(ways)]
do for [n = 1:words(ways)] {
    entry_name[n] = label(word(ways, n))
    entry_colour[n] = colour_of(word(ways, n), n)
    entry_shape[n] = shape_of(word(ways, n), n)
}
entry_style = "linespoints"
entry_left = 0.08
entry_right = 0.98
bottom = 0.115
load "legend.gp"
unset multiplot
