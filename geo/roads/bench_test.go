package roads

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func BenchmarkDijkstra(b *testing.B) {
	n := setup(b)
	from := snapAll(b, n, randomPoints(n, 16, 1))
	q := n.query()
	for i := 0; b.Loop(); i++ {
		q.plainTree(n.ends(from[i%16], nil))
	}
}

func BenchmarkTable(b *testing.B) {
	n := setup(b)
	for _, size := range []int{100, 500, 1000} {
		points := randomPoints(n, size, 2)
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				_, _, err := n.TablePoints(context.Background(), points, SnapOptions{})
				require.NoError(b, err)
			}
		})
	}
}

func BenchmarkSnap(b *testing.B) {
	n := setup(b)
	points := randomPoints(n, 1024, 3)
	for i := 0; b.Loop(); i++ {
		_, err := n.Snap(points[i%1024], SnapOptions{})
		require.NoError(b, err)
	}
}

func BenchmarkRoute(b *testing.B) {
	n := setup(b)
	snaps := snapAll(b, n, randomPoints(n, 1024, 4))
	b.Run("query", func(b *testing.B) {
		q := n.query()
		for i := 0; b.Loop(); i++ {
			q.route(n.ends(snaps[i%1024], nil), n.ends(snaps[(i+1)%1024], nil))
		}
	})
	b.Run("geometry", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := n.Route(context.Background(), snaps[i%1024], snaps[(i+1)%1024])
			require.NoError(b, err)
		}
	})
}
