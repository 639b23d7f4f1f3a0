package accounts

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/tiles"
)

func TestAMapShowsANewNameAtEverySite(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.add("Dover Bakery", -75.52, 39.16)
	_, err := b.AddSite(b.ctx, a.ID, NewSite{Point: &orb.Point{-75.521, 39.161}})
	require.NoError(t, err)
	names := func() (out []any) {
		for _, f := range b.tile(Filter{}, tiles.At(orb.Point{-75.52, 39.16}, 13), "accounts") {
			out = append(out, f["name"])
		}
		return out
	}
	require.Equal(t, []any{"Dover Bakery", "Dover Bakery"}, names())
	b.exec(`update accounts set name = 'Dover Bakery & Sons' where id = $1`, a.ID)
	require.Equal(t, []any{"Dover Bakery & Sons", "Dover Bakery & Sons"}, names())
}
