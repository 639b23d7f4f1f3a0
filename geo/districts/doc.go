// Package districts divides cells of a map into contiguous, compact districts
// whose figures (accounts, revenue, hours of work) are balanced within a
// tolerance: sales territories, from nothing or with the fewest changes from
// those of today.
//
//	solution, err := districts.Divide(ctx, districts.Problem{
//		Points:  centres,          // of the cells
//		Edges:   neighbours,       // pairs of cells that a road joins
//		Figures: []districts.Figure{{Name: "revenue", Values: revenue, Tolerance: 0.03}},
//		K:       8,
//	}, districts.Options{Seed: 1})
//
// # Method
//
// A start comes from shortest-path Voronoi regions with additive weights: every
// cell belongs to the centre from which it is reached first, when each centre
// begins at a time of its own. Such regions are connected along the edges
// whatever the weights are, so the weights can be moved until the figures
// balance while the centres move to the middle of their regions (Lloyd, 1982;
// the weights as in Aurenhammer, "Power diagrams", 1987, on a graph).
//
// Simulated annealing then moves one cell at a time over a border, when the
// district that loses it stays in one piece. It weighs compactness, the length
// of borders, deviations beyond the tolerance, and what changes hands. Each term
// is judged in constant time.
//
// Without given districts, the two best of several starts go through a
// recombination: two to four districts that touch are put together and divided
// anew, as often as the moves last.
//
// The same problem, seed and moves give the same districts on machines of one
// architecture.
//
// # Compactness
//
// The moment-of-inertia shape index: area² / (2π · polar moment of inertia),
// 1 for a circle, 0.95 for a square, 0.64 for a bar of one by three (Li,
// Goodchild and Church, "An efficient measure of compactness for two-dimensional
// shapes and its application in regionalization problems", International Journal
// of Geographical Information Science 27, 2013).
package districts
