// Package accounts keeps the customers and prospects of an organisation:
// accounts with located sites and contacts, the filter by which they are listed,
// selected and drawn, and the take-over of open prospects from the extract.
//
//	book := accounts.New(db)
//	filter := accounts.Filter{Status: []accounts.Status{accounts.Customer}}
//	filter.Box, err = accounts.ParseBox("-75.6,39.0,-75.4,39.3")
//	page, err := book.List(ctx, filter, accounts.Page{Sort: "-revenue", Limit: 50})
//	account, err := book.Get(ctx, page.Items[0].ID)
//	account, err = book.Update(ctx, account.ID, accounts.Changes{Version: account.Version, Name: &name})
//
// One [Filter] stands behind the list, the selection, the tiles and the figures
// of regions, so that they agree to the last account. A shape finds sites by
// ranges of H3 cells; only sites at its edge are tested exactly.
//
// Every method acts for the actor of its context ([postgres.WithActor]) and sees
// that organisation only. Errors for people are faults: NotFound for an account
// that does not exist or is another organisation's, Conflict with the current
// [Account] for a change of an old version, Invalid with the field that is wrong.
package accounts

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"golang.org/x/sync/semaphore"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Status is where an account stands with the company.
type Status string

// The statuses.
const (
	Prospect Status = "prospect"
	Customer Status = "customer"
	Former   Status = "former"
)

// Class is how much an account matters, A most.
type Class string

// The classes.
const (
	ClassA Class = "A"
	ClassB Class = "B"
	ClassC Class = "C"
)

// VisitIntervalDays returns how often an account of the class is visited unless
// it says otherwise: every 14, 30 or 90 days.
func (c Class) VisitIntervalDays() int {
	switch c {
	case ClassA:
		return 14
	case ClassB:
		return 30
	}
	return 90
}

// Account is a customer or prospect with all that belongs to it.
type Account struct {
	ID                int64      `json:"id"`
	Name              string     `json:"name"`
	ExternalID        string     `json:"externalId" doc:"The number by which another system knows it, unique where there is one; imports find the account by it."`
	Status            Status     `json:"status" enum:"prospect,customer,former"`
	Class             Class      `json:"class" enum:"A,B,C"`
	Category          string     `json:"category"`
	OwnerID           *int64     `json:"ownerId" doc:"The user who looks after it, null for nobody."`
	OwnerName         string     `json:"ownerName"`
	TeamID            *int64     `json:"teamId"`
	Tags              []string   `json:"tags"`
	Phone             string     `json:"phone"`
	Email             string     `json:"email"`
	Website           string     `json:"website"`
	Notes             string     `json:"notes"`
	Revenue           float64    `json:"revenue" doc:"A year, in the organisation's currency."`
	Potential         float64    `json:"potential" doc:"What it could buy in a year, in the organisation's currency; what is above the revenue is white space."`
	VisitIntervalDays int        `json:"visitIntervalDays"`
	VisitMinutes      int        `json:"visitMinutes"`
	LastVisitOn       *string    `json:"lastVisitOn" format:"date"`
	DueOn             *string    `json:"dueOn" format:"date" doc:"The last visit plus the interval; null before the first visit."`
	Coverage          Coverage   `json:"coverage" enum:"never,on_track,due,overdue"`
	OpenProspectID    *int64     `json:"openProspectId" doc:"The open prospect that it was taken over from."`
	Version           int        `json:"version" doc:"Goes up with every change, of sites and contacts too."`
	ArchivedAt        *time.Time `json:"archivedAt"`
	CreatedAt         time.Time  `json:"createdAt"`
	UpdatedAt         time.Time  `json:"updatedAt"`
	Custom            Custom     `json:"custom" doc:"Values of the organisation's own fields by key; those without one are left out."`
	Sites             []Site     `json:"sites" doc:"The primary site first."`
	Contacts          []Contact  `json:"contacts"`
}

// Site is a place of an account.
type Site struct {
	ID           int64        `json:"id"`
	Name         string       `json:"name"`
	IsPrimary    bool         `json:"isPrimary"`
	Housenumber  string       `json:"housenumber"`
	Street       string       `json:"street"`
	City         string       `json:"city"`
	Postcode     string       `json:"postcode"`
	Country      string       `json:"country"`
	OpeningHours string       `json:"openingHours" doc:"In the syntax of OpenStreetMap."`
	Source       string       `json:"source" enum:"manual,extract,geocoded,import,demo"`
	Point        orb.Point    `json:"point"`
	Cell         hexgrid.Cell `json:"cell" doc:"The H3 cell of the point at resolution 12."`
}

// Contact is a person at an account.
type Contact struct {
	ID           int64     `json:"id"`
	Name         string    `json:"name"`
	JobTitle     string    `json:"jobTitle"`
	Phone        string    `json:"phone"`
	Email        string    `json:"email"`
	DoNotContact bool      `json:"doNotContact"`
	Role         string    `json:"role" enum:",decision_maker,buyer,technical,user,billing,other" doc:"What they are for us."`
	Language     string    `json:"language" doc:"A language tag, or empty." example:"de"`
	MorePhones   []Channel `json:"morePhones" doc:"Those beside phone."`
	MoreEmails   []Channel `json:"moreEmails" doc:"Those beside email."`
}

// Row is an account as lists show it.
type Row struct {
	ID                int64      `json:"id"`
	Name              string     `json:"name"`
	Status            Status     `json:"status" enum:"prospect,customer,former"`
	Class             Class      `json:"class" enum:"A,B,C"`
	Category          string     `json:"category"`
	OwnerID           *int64     `json:"ownerId"`
	OwnerName         string     `json:"ownerName"`
	TeamID            *int64     `json:"teamId"`
	Tags              []string   `json:"tags"`
	Phone             string     `json:"phone"`
	Email             string     `json:"email"`
	Website           string     `json:"website"`
	Revenue           float64    `json:"revenue"`
	Potential         float64    `json:"potential"`
	VisitIntervalDays int        `json:"visitIntervalDays"`
	VisitMinutes      int        `json:"visitMinutes"`
	LastVisitOn       *string    `json:"lastVisitOn" format:"date"`
	DueOn             *string    `json:"dueOn" format:"date"`
	Coverage          Coverage   `json:"coverage" enum:"never,on_track,due,overdue"`
	OpenProspectID    *int64     `json:"openProspectId"`
	Version           int        `json:"version"`
	ArchivedAt        *time.Time `json:"archivedAt"`
	CreatedAt         time.Time  `json:"createdAt"`
	UpdatedAt         time.Time  `json:"updatedAt"`
	Custom            Custom     `json:"custom" doc:"Values of the organisation's own fields by key; those without one are left out."`
	Site              *RowSite   `json:"site" doc:"The primary site; null when the account has no place."`
}

// Custom are the values of custom fields by key: texts, numbers, days
// (YYYY-MM-DD), booleans, and lists of texts.
type Custom map[string]any

// RowSite is the primary site as lists show it.
type RowSite struct {
	ID          int64     `json:"id"`
	Point       orb.Point `json:"point"`
	Street      string    `json:"street"`
	Housenumber string    `json:"housenumber"`
	City        string    `json:"city"`
	Postcode    string    `json:"postcode"`
}

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct {
	db      *postgres.DB
	reach   ReachFunc
	enqueue EnqueueFunc
	memory  *memory
	turns   *semaphore.Weighted // of tiles with every point: see Tile
}

// New returns the service.
func New(db *postgres.DB, options ...Option) *Service {
	s := &Service{db: db, memory: newMemory(), turns: semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0)) + 1)}
	for _, o := range options {
		o(s)
	}
	return s
}

// Option of [New].
type Option func(*Service)

// WithReach lets filters ask for what can be driven to; without it such a
// condition fails with [fault.Unavailable].
func WithReach(reach ReachFunc) Option { return func(s *Service) { s.reach = reach } }

// read runs fn in a transaction for reading, with the actor.
func (s *Service) read(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.db.Read(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Read has failed without one
		return fn(tx, actor)
	})
}

// write runs fn in a transaction that changes something, with the actor.
func (s *Service) write(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.db.Tx(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Tx has failed without one
		return fn(tx, actor)
	})
}

// Today returns the day that it is now in the actor's organisation, YYYY-MM-DD.
func Today(ctx context.Context, tx pgx.Tx, orgID int64) (string, error) {
	var day string
	err := tx.QueryRow(ctx, `
		select to_char((now() at time zone time_zone)::date, 'YYYY-MM-DD')
		from organisations where org_id = $1`, orgID).Scan(&day)
	if err != nil {
		return "", fmt.Errorf("read the organisation's day: %w", err)
	}
	return day, nil
}

// Version returns a text that changes with every change of the organisation's
// accounts, of the extract, and of the day (which coverage depends on): what a
// cached tile is valid for. It reads a few rows.
func (s *Service) Version(ctx context.Context) (string, error) {
	var out string
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		out, err = version(ctx, tx, actor.OrgID)
		return err
	})
	return out, err
}

func version(ctx context.Context, tx pgx.Tx, orgID int64) (string, error) {
	var out string
	err := tx.QueryRow(ctx, `
		select concat_ws('-',
		  (select coalesce(sum(changes), 0) from account_changes where org_id = $1),
		  (select coalesce(max(id), 0) from extracts where state = 'current'),
		  (select to_char((now() at time zone time_zone)::date, 'YYYYMMDD') from organisations where org_id = $1))`, orgID).Scan(&out)
	if err != nil {
		return "", fmt.Errorf("read the version of the accounts: %w", err)
	}
	return out, nil
}
