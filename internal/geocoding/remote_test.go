package geocoding

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Answers as the servers' documentation gives them.
const (
	nominatimSearch  = `[{"place_id":1,"lat":"39.158","lon":"-75.524","name":"","display_name":"12, North Main Street, Dover, Delaware, 19901","address":{"house_number":"12","road":"North Main Street","city":"Dover","postcode":"19901"}}]`
	nominatimReverse = `{"place_id":1,"lat":"39.158","lon":"-75.524","display_name":"12, North Main Street","address":{"house_number":"12","road":"North Main Street","town":"Dover","postcode":"19901"}}`
	photonAnswer     = `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-75.524,39.158]},"properties":{"type":"house","housenumber":"12","street":"North Main Street","city":"Dover","postcode":"19901"}}]}`
)

func TestServersOfBothKindsAnswerAlike(t *testing.T) {
	t.Parallel()
	for kind, paths := range map[string]map[string]string{
		Nominatim: {"/search": nominatimSearch, "/reverse": nominatimReverse},
		Photon:    {"/api": photonAnswer, "/reverse": photonAnswer},
	} {
		var asked atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 { // busy once
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			if r.UserAgent() != "waymark" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			_, err := w.Write([]byte(paths[r.URL.Path]))
			if err != nil {
				t.Error(err)
			}
		}))
		defer server.Close()
		remote, err := NewRemote(Options{Kind: kind, URL: server.URL + "/", Pause: time.Millisecond})
		require.NoError(t, err)
		var g Geocoder = remote
		answers, err := g.Search(t.Context(), Query{Text: "12 N Main St, Dover 19901", Near: &orb.Point{-75, 39}})
		require.NoError(t, err, kind)
		require.Equal(t, int32(2), asked.Load())
		require.Len(t, answers, 1)
		require.Equal(t, extract.House, answers[0].Kind)
		require.Equal(t, orb.Point{-75.524, 39.158}, answers[0].Point)
		require.Equal(t, 1.0, answers[0].Confidence)
		require.Equal(t, kind, answers[0].Source)
		one, err := g.Reverse(t.Context(), orb.Point{-75.524, 39.158})
		require.NoError(t, err)
		require.Equal(t, "Dover", one.City)
	}
}

func TestAServerThatIsAwayIsSaidToBeSo(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	defer server.Close()
	remote, err := NewRemote(Options{Kind: Photon, URL: server.URL, Pause: time.Millisecond, Tries: 2})
	require.NoError(t, err)
	_, err = remote.Search(t.Context(), Query{Text: "dover"})
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	for _, wrong := range []Options{{Kind: "google", URL: "https://x.example"}, {Kind: Photon, URL: "ftp://x"}, {Kind: Photon}} {
		_, err := NewRemote(wrong)
		require.Equal(t, fault.Invalid, fault.CodeOf(err))
	}
}
