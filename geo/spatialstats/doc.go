// Package spatialstats is the arithmetic of market analysis on figures by place:
// where a figure is high or low among its neighbours ([HotSpots]), which places
// resemble one ([Nearest]), how demand is shared between places that compete for
// it ([Huff]), and how unevenly a figure is spread ([Concentration]).
//
//	scores, err := spatialstats.HotSpots(revenue, neighbours)
//	for i, s := range scores { … s.Z, s.P, s.Level … }
//
// It knows no maps: places are indices, and who is next to whom, or how long a
// drive takes, is given. Formulas and their sources stand with each function;
// tests check them on cases worked out by hand and against gonum.
package spatialstats

import "errors"

// ErrInput is wrapped by errors of functions that are given numbers that mean
// nothing, such as not-a-number, negative demand or lists of different lengths.
var ErrInput = errors.New("spatialstats: no such figures")
