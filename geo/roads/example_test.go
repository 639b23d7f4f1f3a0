package roads_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/waymark-crm/waymark/geo/osm/osmtest"
	"github.com/waymark-crm/waymark/geo/roads"
)

// A village of two streets, drawn by hand in place of a real extract.
func village() string {
	m := osmtest.Parse(`
		n 1 0 0
		n 2 500 0
		n 3 1000 0
		n 4 500 500
		w 1 1,2,3 highway=tertiary name=Main_Street
		w 2 2,4 highway=residential name=Church_Lane
	`)
	dir, err := os.MkdirTemp("", "roads-example")
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "village.osm.pbf")
	if err := os.WriteFile(path, m.PBF(), 0o600); err != nil {
		log.Fatal(err)
	}
	return path
}

func Example() {
	ctx := context.Background()
	extract := village()
	defer os.RemoveAll(filepath.Dir(extract))

	// Once: from the extract to a file.
	car, err := roads.BuiltIn("car")
	if err != nil {
		log.Fatal(err)
	}
	built, err := roads.Build(ctx, extract, car, nil)
	if err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(extract), "village.roads")
	if err := built.WriteFile(file); err != nil {
		log.Fatal(err)
	}

	// Ever after: map the file, and ask.
	network, err := roads.Open(file)
	if err != nil {
		log.Fatal(err)
	}
	defer network.Close()
	home := osmtest.At(100, 20)
	church := osmtest.At(510, 400)
	from, err := network.Snap(home, roads.SnapOptions{})
	if err != nil {
		log.Fatal(err)
	}
	to, err := network.Snap(church, roads.SnapOptions{})
	if err != nil {
		log.Fatal(err)
	}
	route, err := network.Route(ctx, from, to)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f m, %.0f s\n", route.Length.Metres(), route.Time.Seconds())
	for _, step := range network.Steps(route, roads.SideOf(route, church)) {
		fmt.Println(step.Text)
	}
	table, err := network.Table(ctx, []roads.Snap{from, to}, []roads.Snap{from, to})
	if err != nil {
		log.Fatal(err)
	}
	there, _ := table.At(0, 1)
	back, _ := table.At(1, 0)
	fmt.Printf("there %.0f s, back %.0f s\n", there.Seconds(), back.Seconds())
	area, err := network.Reach(ctx, from, roads.Limit{Time: 60_000})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f km of road within a minute\n", area.Metres()/1000)
	// Output:
	// 800 m, 99 s
	// Head east on Main Street
	// Turn left onto Church Lane
	// Arrive; the destination is on the right
	// there 99 s, back 96 s
	// 0.9 km of road within a minute
}
