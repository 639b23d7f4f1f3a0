package extract

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/roads"
)

func TestEveryStepHasAGermanSentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step roads.Step
		says string
	}{
		{roads.Step{Kind: roads.StepDepart, After: 350, Name: "Main Street"}, "Fahren Sie nach Norden auf Main Street"},
		{roads.Step{Kind: roads.StepDepart, After: 225}, "Fahren Sie nach Südwesten"},
		{roads.Step{Kind: roads.StepTurn, Turn: roads.Left, Name: "Main Street", Ref: "DE 1"}, "Biegen Sie links ab auf Main Street (DE 1)"},
		{roads.Step{Kind: roads.StepTurn, Turn: roads.SharpRight, Ref: "DE 1"}, "Biegen Sie scharf rechts ab auf DE 1"},
		{roads.Step{Kind: roads.StepTurn, Turn: roads.SlightLeft}, "Halten Sie sich links"},
		{roads.Step{Kind: roads.StepTurn, Turn: roads.Straight, Name: "A"}, "Fahren Sie geradeaus auf A"},
		{roads.Step{Kind: roads.StepTurn, Turn: roads.UTurn}, "Wenden Sie"},
		{roads.Step{Kind: roads.StepContinue, Name: "A"}, "Fahren Sie weiter auf A"},
		{roads.Step{Kind: roads.StepNewName, Name: "A"}, "Fahren Sie weiter auf A"},
		{roads.Step{Kind: roads.StepRoundabout, Exit: 2, Name: "A"}, "Nehmen Sie im Kreisverkehr die 2. Ausfahrt auf A"},
		{roads.Step{Kind: roads.StepRoundabout}, "Fahren Sie in den Kreisverkehr"},
		{roads.Step{Kind: roads.StepFerry, Name: "Lewes"}, "Nehmen Sie die Fähre Lewes"},
		{roads.Step{Kind: roads.StepArrive, Turn: roads.Right}, "Sie sind am Ziel; es liegt rechts"},
		{roads.Step{Kind: roads.StepArrive}, "Sie sind am Ziel"},
	} {
		require.Equal(t, c.says, Wording(c.step, "de"))
	}
	require.Equal(t, "Turn left", Wording(roads.Step{Text: "Turn left"}, "en"))
}
