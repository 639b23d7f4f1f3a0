// Package osm reads an OpenStreetMap extract (.osm.pbf) once and hands every
// node, way and relation to a set of collectors: one for the road network, one
// for addresses, one for the coast, and so on. A country is read in one pass,
// whatever is wanted from it.
//
//	streets := &streetNames{seen: map[string]bool{}}
//	header, err := osm.Read(ctx, "delaware.osm.pbf", nil, streets)
//
//	func (s *streetNames) Way(w *osm.Way) error {
//		if w.Tags.Has("highway") {
//			s.seen[w.Tags.Get("name")] = true
//		}
//		return nil
//	}
//
// Blocks are unpacked and decoded by as many workers as there are processors.
// Collectors are called from the goroutine that called [Read], in the order of
// the file: nodes first, then ways, then relations, as every sorted extract
// has them. They need no locks.
//
// A way knows where its nodes are ([Way.Point], [Way.Line]): the coordinates
// of all nodes are kept in ten bytes each while the extract is read.
//
// The decoder is this package's own and not that of paulmach/osm, which its
// tests use as the oracle: that one panics in its own goroutines when a block
// is damaged, which would end the server, and takes some files that were cut
// short for complete ones.
package osm
