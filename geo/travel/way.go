package travel

import (
	"fmt"
	"slices"
)

// The profiles of travel.
const (
	Car     = "car"
	Van     = "van"
	Bicycle = "bicycle"
	Foot    = "foot"
)

// Profiles lists them.
func Profiles() []string { return []string{Car, Van, Bicycle, Foot} }

// Way is a way to travel: by which profile, and whether at the pace of the hour.
type Way struct {
	Profile string
	// ByHour heeds the times of day of the profile: typical values, not measured
	// traffic. It means nothing for profiles that have none.
	ByHour bool
}

// Known reports whether a profile is one of [Profiles].
func Known(profile string) bool { return slices.Contains(Profiles(), profile) }

// NotPrepared is the error of a provider whose roads for a way are still to be
// made.
type NotPrepared struct{ Way Way }

// Error implements error.
func (e *NotPrepared) Error() string {
	return fmt.Sprintf("travel: no roads for %s (by the hour: %t) yet", e.Way.Profile, e.Way.ByHour)
}
