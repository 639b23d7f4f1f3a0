package extract

import (
	"fmt"
	"math"
	"strings"

	"github.com/waymark-crm/waymark/geo/roads"
)

// Wording is a step of directions as people say it, in a language ("en", "de");
// English for one that is not known.
func Wording(s roads.Step, language string) string {
	if language == "de" {
		return german(s)
	}
	return s.Text
}

// Street is how people call the road of a step: its name and number, either may
// be missing.
func Street(s roads.Step) string {
	switch {
	case s.Name != "" && s.Ref != "" && !strings.Contains(s.Name, s.Ref):
		return s.Name + " (" + s.Ref + ")"
	case s.Name != "":
		return s.Name
	}
	return s.Ref
}

// german uses "auf" with the bare name, since the gender of street names is not
// known.
func german(s roads.Step) string {
	onto := ""
	if road := Street(s); road != "" {
		onto = " auf " + road
	}
	side := func(t roads.Turn) string {
		if strings.HasSuffix(string(t), "right") {
			return "rechts"
		}
		return "links"
	}
	switch s.Kind {
	case roads.StepDepart:
		return "Fahren Sie nach " + himmelsrichtung(s.After) + onto
	case roads.StepTurn:
		switch s.Turn {
		case roads.UTurn:
			return "Wenden Sie" + onto
		case roads.Straight:
			return "Fahren Sie geradeaus" + onto
		case roads.SlightRight, roads.SlightLeft:
			return "Halten Sie sich " + side(s.Turn) + onto
		case roads.SharpRight, roads.SharpLeft:
			return "Biegen Sie scharf " + side(s.Turn) + " ab" + onto
		}
		return "Biegen Sie " + side(s.Turn) + " ab" + onto
	case roads.StepRoundabout:
		if s.Exit == 0 {
			return "Fahren Sie in den Kreisverkehr"
		}
		return fmt.Sprintf("Nehmen Sie im Kreisverkehr die %d. Ausfahrt%s", s.Exit, onto)
	case roads.StepFerry:
		if road := Street(s); road != "" {
			return "Nehmen Sie die Fähre " + road
		}
		return "Nehmen Sie die Fähre"
	case roads.StepArrive:
		switch s.Turn {
		case roads.Left, roads.Right:
			return "Sie sind am Ziel; es liegt " + side(s.Turn)
		}
		return "Sie sind am Ziel"
	}
	return "Fahren Sie weiter" + onto
}

func himmelsrichtung(bearing float64) string {
	names := [...]string{"Norden", "Nordosten", "Osten", "Südosten", "Süden", "Südwesten", "Westen", "Nordwesten"}
	return names[(int(math.Round(bearing/45))%8+8)%8]
}
