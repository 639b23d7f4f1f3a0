// Package roads is a road network in process: it is built from an
// OpenStreetMap extract once, kept in a file that is mapped into memory, and
// answers in microseconds how to get from one place to another.
//
//	profile, err := roads.BuiltIn("car")
//	network, err := roads.Build(ctx, "delaware.osm.pbf", profile, nil)
//	err = network.WriteFile("delaware.roads")
//
//	network, err := roads.Open("delaware.roads")
//	defer network.Close()
//	from, err := network.Snap(orb.Point{-75.5277, 39.1582}, roads.SnapOptions{})
//	to, err := network.Snap(orb.Point{-75.5466, 39.7447}, roads.SnapOptions{})
//	route, err := network.Route(ctx, from, to)
//
// # How it works
//
// The roads of the extract that the [Profile] may use are cut at junctions.
// Each direction of each piece becomes a node, and each turn from one to the
// next an arc, so that turns can cost time and restrictions, also those over
// several roads, can forbid them. What can't be left and reached from the
// largest connected part is dropped and counted in [Notes]. A contraction
// hierarchy over that graph makes queries climb over a few hundred nodes
// instead of spreading over hundreds of thousands.
//
// Routes are compared by a weight that is the travel time, made longer where
// people would rather not drive (parking aisles, private roads on the way to
// somewhere else); reported times are always the plain travel time.
//
// A [Network] may be used from many goroutines. All answers are the same on
// every machine.
package roads
