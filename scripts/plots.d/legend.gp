# The legend, below all panels, where no figure is: a plot of its own with
# nothing in it but the entries of `entries'. Set before: entry_name, _colour
# and _shape, arrays; entry_style, "points" or "linespoints"; bottom, the
# screen coordinate of its middle.
unset title
unset xlabel
unset ylabel
unset xtics
unset ytics
unset grid
unset border
unset logscale
unset label
set lmargin at screen entry_left
set rmargin at screen entry_right
set tmargin at screen bottom + 0.02
set bmargin at screen bottom - 0.02
set key at screen (entry_left + entry_right) / 2, bottom center center \
    horizontal Left reverse samplen (entry_style eq "points" ? 1 : 3) \
    width 1 maxcols 4 spacing 1.15
set xrange [0:1]
set yrange [0:1]
plot for [n = 1:|entry_name|] NaN with @entry_style linewidth 2 \
    linecolor rgb entry_colour[n] pointtype entry_shape[n] title entry_name[n]
