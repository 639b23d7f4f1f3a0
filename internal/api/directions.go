package api

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerDirections() {
	register(s, get("/api/directions", "getDirections", "Visit plans", "The way from a place to another, turn by turn", need(identity.PlansRead)).
		described("The way that plans reckon with. Where no road leads, or while there is no extract, it is an estimate from the straight line, without steps."), s.getDirections)
}

type directionsInput struct {
	From string `query:"from" required:"true" maxLength:"100" doc:"longitude,latitude" example:"-75.5277,39.1582"`
	To   string `query:"to" required:"true" maxLength:"100" doc:"longitude,latitude" example:"-75.5466,39.7447"`

	Profile string `query:"profile" enum:"car,van,bicycle,foot" default:"car" doc:"How one travels."`
	At      string `query:"at" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Setting out at this time, at the pace of that hour; in free flow unless given." example:"08:15"`
}

// directions is one leg, as people drive it.
type directions struct {
	Seconds   int                `json:"seconds"`
	Metres    int                `json:"metres"`
	Estimated bool               `json:"estimated" doc:"From the straight line: no road leads there."`
	Steps     []directionsStep   `json:"steps" doc:"The first departs, the last arrives; none when estimated. Their seconds and metres add up to the whole."`
	Geometry  directionsGeometry `json:"geometry"`
}

type directionsGeometry struct {
	Type        string         `json:"type" enum:"LineString"`
	Coordinates orb.LineString `json:"coordinates" doc:"Along the road, exact to a metre."`
}

// directionsStep is one instruction and the road that follows it.
type directionsStep struct {
	Text      string    `json:"text" doc:"In the language of the one who asks." example:"Turn left onto Main Street"`
	Manoeuvre string    `json:"manoeuvre" enum:"depart,turn,continue,new_name,roundabout,ferry,arrive"`
	Turn      string    `json:"turn" enum:",straight,slight_right,right,sharp_right,uturn,sharp_left,left,slight_left" doc:"Where to; of arrive, the side on which the destination lies, empty when on the road."`
	Exit      int       `json:"exit" doc:"Of a roundabout, from 1; else 0."`
	Street    string    `json:"street" doc:"That follows, with its number; may be empty."`
	Seconds   int       `json:"seconds" doc:"Until the next step."`
	Metres    int       `json:"metres" doc:"Until the next step."`
	Point     orb.Point `json:"point"`
}

func (s *Server) getDirections(ctx context.Context, in *directionsInput) (*answer[directions], error) {
	from, err := placeParameter("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := placeParameter("to", in.To)
	if err != nil {
		return nil, err
	}
	by, clock := travel.Way{Profile: in.Profile, ByHour: in.At != ""}, 0
	if by.ByHour {
		at, err := time.Parse("15:04", in.At)
		if err != nil {
			return nil, fault.New(fault.Invalid, "That is no time of the day.").WithField("query.at", "Write it as 08:15.")
		}
		clock = at.Hour()*3600 + at.Minute()*60
	}
	var way extract.Directions
	if use := s.roadsInUse(); use != nil {
		way, err = use.Directions(ctx, by, clock, from, to)
	} else {
		way, err = extract.EstimateDirections(ctx, by, from, to)
	}
	if err != nil {
		return nil, err
	}
	language := ""
	if len(way.Steps) > 0 {
		if language, err = s.languageOf(ctx); err != nil {
			return nil, err
		}
	}
	return respond(directions{
		Seconds: way.Seconds, Metres: way.Metres, Estimated: way.Estimated,
		Steps: stepsOf(way, language), Geometry: directionsGeometry{"LineString", way.Geometry},
	}, nil)
}

// languageOf is what the actor reads: their own choice or the organisation's.
func (s *Server) languageOf(ctx context.Context) (string, error) {
	user, organisation, err := s.deps.Identity.Me(ctx)
	if err != nil {
		return "", err
	}
	if user.Language != nil {
		return string(*user.Language), nil
	}
	return string(organisation.Language), nil
}

// stepsOf rounds where steps meet and not each by itself, so that they add up to
// the whole.
func stepsOf(way extract.Directions, language string) []directionsStep {
	steps := make([]directionsStep, 0, len(way.Steps))
	var time roads.Millis
	var length roads.Decimetres
	seconds, metres := 0, 0
	for i, step := range way.Steps {
		time, length = time+step.Time, length+step.Length
		toSecond, toMetre := int(math.Round(time.Seconds())), int(math.Round(length.Metres()))
		if i == len(way.Steps)-1 {
			toSecond, toMetre = way.Seconds, way.Metres
		}
		steps = append(steps, directionsStep{
			Text: extract.Wording(step, language), Street: extract.Street(step),
			Manoeuvre: strings.ReplaceAll(string(step.Kind), " ", "_"), Turn: strings.ReplaceAll(string(step.Turn), " ", "_"), Exit: step.Exit,
			Seconds: toSecond - seconds, Metres: toMetre - metres, Point: step.At,
		})
		seconds, metres = toSecond, toMetre
	}
	return steps
}

// placeParameter reads a required "lon,lat".
func placeParameter(name, text string) (orb.Point, error) {
	p, err := nearOf(text)
	if err != nil || p == nil {
		return orb.Point{}, fault.Errorf(fault.Invalid, "The place %s cannot be read.", name).
			WithField("query."+name, "longitude,latitude in degrees, for example -75.52,39.16")
	}
	return *p, nil
}
