package travel

import "slices"

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
