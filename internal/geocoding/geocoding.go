// Package geocoding finds the places of addresses: in the extract, or by a
// Nominatim or Photon server that an operator names. What is not found, or found
// with doubt, waits in the repair queue for a person.
//
//	service := &geocoding.Service{DB: db}                         // searches the extract
//	service.Remote, err = geocoding.NewRemote(geocoding.Options{Kind: geocoding.Photon, URL: "https://photon.example.com"})
//	answers, err := service.Search(ctx, geocoding.Query{Text: "12 n main st dover", Limit: 5})
//	answer, err := service.Reverse(ctx, orb.Point{-75.52, 39.16})
//	page, err := service.Repairs(ctx, geocoding.RepairFilter{})
//	err = service.Fix(ctx, page.Items[0].ID, geocoding.Fix{Point: answers[0].Point})
package geocoding

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Query is what to look for.
type Query struct {
	Text  string
	Limit int        // most answers
	Near  *orb.Point // prefers what is near, among equals
}

// Answer is a place that a query may mean.
type Answer struct {
	Kind        extract.FoundKind `json:"kind" enum:"house,between,street,postcode,place"`
	Label       string            `json:"label"`
	Housenumber string            `json:"housenumber"`
	Street      string            `json:"street"`
	City        string            `json:"city"`
	Postcode    string            `json:"postcode"`
	Point       orb.Point         `json:"point"`
	Confidence  float64           `json:"confidence" minimum:"0" maximum:"1"`
	Reason      string            `json:"reason" doc:"Why it is not certain; empty when it is."`
	Source      string            `json:"source" enum:"extract,nominatim,photon"`
}

// certain reports whether an answer needs nobody to look at it.
func (a Answer) certain() bool {
	return a.Confidence >= Sure && (a.Kind == extract.House || a.Kind == extract.Between)
}

// Geocoder is a server, or the extract, that knows addresses.
type Geocoder interface {
	Search(ctx context.Context, q Query) ([]Answer, error)
	Reverse(ctx context.Context, p orb.Point) (Answer, error)
}

// Service is the use cases of this package. DB is required.
type Service struct {
	DB     *postgres.DB
	Remote Geocoder // asked where the extract has no certain answer; nil for none
}

// Search asks the extract, and the server where that has no certain answer. A
// server that does not answer is as one that finds nothing when the extract has
// something to offer.
func (s *Service) Search(ctx context.Context, q Query) ([]Answer, error) {
	var own []Answer
	err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		found, err := extract.Search(ctx, tx, q.Text, extract.SearchOptions{Limit: q.Limit, Near: q.Near})
		own = answersOf(found)
		return err
	})
	if err != nil || s.Remote == nil || len(own) > 0 && own[0].certain() {
		return own, err
	}
	theirs, err := s.Remote.Search(ctx, q)
	if err != nil && len(own) == 0 {
		return nil, err
	}
	return merged(own, theirs, q.Limit), nil
}

func answersOf(found []extract.Found) []Answer {
	out := make([]Answer, len(found))
	for i, f := range found {
		out[i] = answerOf(f)
	}
	return out
}

func answerOf(f extract.Found) Answer {
	return Answer{Kind: f.Kind, Label: f.Label(), Housenumber: f.HouseNumber, Street: f.Street, City: f.City, Postcode: f.Postcode,
		Point: f.Point, Confidence: min(1, max(0, f.Confidence)), Reason: f.Reason, Source: "extract"}
}

// merged puts the answers of both in order of confidence, those of the extract
// first among equals.
func merged(own, theirs []Answer, most int) []Answer {
	out := make([]Answer, 0, len(own)+len(theirs))
	for len(own) > 0 || len(theirs) > 0 {
		if len(theirs) == 0 || len(own) > 0 && own[0].Confidence >= theirs[0].Confidence {
			out, own = append(out, own[0]), own[1:]
		} else {
			out, theirs = append(out, theirs[0]), theirs[1:]
		}
	}
	if most > 0 && len(out) > most {
		out = out[:most]
	}
	return out
}

// Reverse tells the address of a point.
func (s *Service) Reverse(ctx context.Context, p orb.Point) (Answer, error) {
	var own Answer
	err := s.DB.Read(ctx, func(tx pgx.Tx) error {
		found, err := extract.Reverse(ctx, tx, p)
		own = answerOf(found)
		return err
	})
	if s.Remote == nil || err == nil && own.Kind != extract.Town {
		return own, err
	}
	theirs, remoteErr := s.Remote.Reverse(ctx, p)
	if remoteErr != nil {
		return own, err
	}
	return theirs, nil
}
