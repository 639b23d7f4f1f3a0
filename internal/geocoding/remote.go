package geocoding

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
)

// The kinds of server.
const (
	Nominatim = "nominatim" // https://nominatim.org/release-docs/latest/api/Overview/
	Photon    = "photon"    // https://github.com/komoot/photon#search-api
)

// Options of [NewRemote]. Kind and URL are required.
type Options struct {
	Kind      string
	URL       string        // of the server, such as https://photon.example.com
	UserAgent string        // whom the server's keepers can ask; empty means "waymark"
	Timeout   time.Duration // of one try; 0 means 5 s
	Tries     int           // 0 means 3
	Pause     time.Duration // before the second try, doubled before each further one; 0 means 200 ms
}

// Remote asks a Nominatim or Photon server. It is safe for concurrent use.
type Remote struct {
	options Options
	base    *url.URL
	client  *http.Client
}

const maxAnswer = 4 << 20 // bytes of an answer that are read

// NewRemote fails with [fault.Invalid] when the options are wrong; it does not
// ask the server yet.
func NewRemote(o Options) (*Remote, error) {
	if o.Kind != Nominatim && o.Kind != Photon {
		return nil, fault.New(fault.Invalid, "The geocoder is either nominatim or photon.")
	}
	base, err := url.Parse(strings.TrimSuffix(o.URL, "/"))
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fault.Errorf(fault.Invalid, "The geocoder's address %q must look like https://photon.example.com.", o.URL)
	}
	if o.UserAgent == "" {
		o.UserAgent = "waymark"
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Tries <= 0 {
		o.Tries = 3
	}
	if o.Pause <= 0 {
		o.Pause = 200 * time.Millisecond
	}
	return &Remote{options: o, base: base, client: &http.Client{Timeout: o.Timeout}}, nil
}

// found is an address as both kinds of server tell it.
type found struct {
	name, housenumber, street, city, postcode string
	label                                     string
	point                                     orb.Point
}

// Search asks the server for an address.
func (r *Remote) Search(ctx context.Context, q Query) ([]Answer, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = 10
	}
	values := url.Values{"q": {q.Text}, "limit": {strconv.Itoa(limit)}}
	var all []found
	var err error
	if r.options.Kind == Nominatim {
		values.Set("format", "jsonv2")
		values.Set("addressdetails", "1")
		all, err = r.nominatim(ctx, "/search", values, false)
	} else {
		if q.Near != nil {
			values.Set("lon", degrees(q.Near[0]))
			values.Set("lat", degrees(q.Near[1]))
		}
		all, err = r.photon(ctx, "/api", values)
	}
	if err != nil {
		return nil, err
	}
	asked := geocode.Parse(q.Text)
	out := make([]Answer, 0, len(all))
	for _, f := range all {
		a := r.answer(f)
		// Servers rank their answers and do not say how sure they are; we judge them
		// as we judge the extract's.
		a.Confidence, a.Reason = geocode.Match(asked, geocode.Candidate{HouseNumber: strings.ToLower(f.housenumber),
			Street: geocode.Normalise(f.street), Place: geocode.Normalise(f.city), Postcode: f.postcode})
		out = append(out, a)
	}
	return out, nil
}

// Reverse asks the server for the address of a point.
func (r *Remote) Reverse(ctx context.Context, p orb.Point) (Answer, error) {
	values := url.Values{"lon": {degrees(p[0])}, "lat": {degrees(p[1])}}
	var all []found
	var err error
	if r.options.Kind == Nominatim {
		values.Set("format", "jsonv2")
		values.Set("addressdetails", "1")
		all, err = r.nominatim(ctx, "/reverse", values, true)
	} else {
		all, err = r.photon(ctx, "/reverse", values)
	}
	if err != nil {
		return Answer{}, err
	}
	if len(all) == 0 {
		return Answer{}, fault.New(fault.NotFound, "There is no address near this point.")
	}
	a := r.answer(all[0])
	a.Confidence = 1
	return a, nil
}

func degrees(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }

func (r *Remote) answer(f found) Answer {
	a := Answer{Kind: extract.Town, Label: f.label, Housenumber: f.housenumber, Street: f.street, City: f.city, Postcode: f.postcode, Point: f.point, Source: r.options.Kind}
	switch {
	case f.housenumber != "" && f.street != "":
		a.Kind = extract.House
	case f.street != "":
		a.Kind = extract.OnStreet
	case f.city == "" && f.postcode != "":
		a.Kind = extract.Postcode
	}
	return a
}

// nominatim reads answers in the format jsonv2: a list, or one object in reverse.
func (r *Remote) nominatim(ctx context.Context, path string, values url.Values, single bool) ([]found, error) {
	type place struct {
		Lat     string            `json:"lat"`
		Lon     string            `json:"lon"`
		Name    string            `json:"name"`
		Label   string            `json:"display_name"`
		Error   string            `json:"error"`
		Address map[string]string `json:"address"`
	}
	var places []place
	var err error
	if single {
		var one place
		if err = r.ask(ctx, path, values, &one); err == nil && one.Error == "" {
			places = []place{one}
		}
	} else {
		err = r.ask(ctx, path, values, &places)
	}
	if err != nil {
		return nil, err
	}
	var out []found
	for _, p := range places {
		lat, latErr := strconv.ParseFloat(p.Lat, 64)
		lon, lonErr := strconv.ParseFloat(p.Lon, 64)
		if latErr != nil || lonErr != nil {
			continue
		}
		f := found{name: p.Name, label: p.Label, housenumber: p.Address["house_number"], street: p.Address["road"], postcode: p.Address["postcode"], point: orb.Point{lon, lat}}
		for _, kind := range []string{"city", "town", "village", "hamlet", "municipality"} {
			if f.city == "" {
				f.city = p.Address[kind]
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// photon reads answers, which are GeoJSON.
func (r *Remote) photon(ctx context.Context, path string, values url.Values) ([]found, error) {
	var answer struct {
		Features []struct {
			Geometry struct {
				Coordinates []float64 `json:"coordinates"`
			} `json:"geometry"`
			Properties struct {
				Name        string `json:"name"`
				Housenumber string `json:"housenumber"`
				Street      string `json:"street"`
				City        string `json:"city"`
				Postcode    string `json:"postcode"`
				Type        string `json:"type"`
			} `json:"properties"`
		} `json:"features"`
	}
	if err := r.ask(ctx, path, values, &answer); err != nil {
		return nil, err
	}
	var out []found
	for _, feature := range answer.Features {
		if len(feature.Geometry.Coordinates) < 2 {
			continue
		}
		p := feature.Properties
		f := found{name: p.Name, housenumber: p.Housenumber, street: p.Street, city: p.City, postcode: p.Postcode,
			point: orb.Point{feature.Geometry.Coordinates[0], feature.Geometry.Coordinates[1]}}
		switch p.Type {
		case "street":
			f.street = p.Name
		case "city", "district", "locality":
			if f.city == "" || f.street == "" {
				f.city = p.Name
			}
		}
		f.label = joined(", ", joined(" ", f.housenumber, f.street), joined(" ", f.city, f.postcode))
		out = append(out, f)
	}
	return out, nil
}

// ask sends a request, again when the server is busy or away.
func (r *Remote) ask(ctx context.Context, path string, values url.Values, into any) error {
	pause := r.options.Pause
	var err error
	for try := range r.options.Tries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
				pause *= 2
			}
		}
		var again bool
		if again, err = r.once(ctx, path, values, into); err == nil {
			return nil
		}
		if !again || ctx.Err() != nil {
			break
		}
	}
	return fault.Wrap(err, fault.Unavailable, "The server that knows addresses does not answer just now. Try again in a moment.")
}

func (r *Remote) once(ctx context.Context, path string, values url.Values, into any) (again bool, err error) {
	to := *r.base
	to.Path += path
	to.RawQuery = values.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("User-Agent", r.options.UserAgent)
	request.Header.Set("Accept", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return true, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests, fmt.Errorf("geocoding: %s answers %s", r.base.Host, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(into); err != nil {
		return false, fmt.Errorf("geocoding: the answer of %s: %w", r.base.Host, err)
	}
	return false, nil
}
