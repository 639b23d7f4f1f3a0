package travel_test

import (
	"context"
	"fmt"
	"log"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/travel"
)

// Whoever knows the roads is asked in the same way. The straight line knows
// none, and says so.
func ExampleProvider() {
	var provider travel.Provider = travel.NewStraight()
	table, err := provider.Table(context.Background(), []orb.Point{{13.40, 52.52}, {13.06, 52.40}})
	if err != nil {
		log.Fatal(err)
	}
	k := 0*table.Places + 1
	fmt.Printf("%d min, %d km, estimated: %t\n", table.Seconds[k]/60, table.Metres[k]/1000, table.IsEstimated(0, 1))
	// Output: 44 min, 37 km, estimated: true
}
