package geocode

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNamesOfOneStreetHaveOneNormalForm(t *testing.T) {
	t.Parallel()
	for form, names := range map[string][]string{
		"north main street":                   {"N. Main St.", "North Main Street", "N MAIN ST", " north  main str "},
		"saint georges road":                  {"St. Georges Rd", "Saint George's Road", "ST GEORGES RD."},
		"south saint marks road":              {"S St Marks Rd"},
		"street":                              {"St"},
		"us route 13":                         {"U.S. Rte 13", "US Route 13"},
		"martin luther king junior boulevard": {"Martin Luther King Jr. Blvd"},
		"cafe":                                {"Café", "CAFE"},
		"hauptstrasse":                        {"Hauptstr.", "Hauptstraße"},
		"smith and sons":                      {"Smith & Sons"},
		"fifth avenue":                        {"5th Ave"},
		"":                                    {"", " . ", "---"},
	} {
		for _, n := range names {
			require.Equal(t, form, Normalise(n), n)
		}
		require.Equal(t, form, Normalise(form), "a normal form is its own")
	}
}

func TestAnAddressIsTakenApart(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Query{
		"123 N. Main St, Dover, DE 19901":   {HouseNumber: "123", Street: "north main street", Place: "dover", Postcode: "19901"},
		"123 N Main St Dover DE 19901-1234": {HouseNumber: "123", Street: "north main street", Place: "dover", Postcode: "19901"},
		"123 North Main Street":             {HouseNumber: "123", Street: "north main street"},
		"North Main Street, Dover":          {Street: "north main street", Place: "dover"},
		"12B Elm Ct, Newark, Delaware, USA": {HouseNumber: "12b", Street: "elm court", Place: "newark"},
		"12 b elm ct":                       {HouseNumber: "12b", Street: "elm court"},
		"400 Elm Street Apt 4, Lewes DE":    {HouseNumber: "400", Street: "elm street", Place: "lewes"},
		"400 Elm Street #12, Lewes":         {HouseNumber: "400", Street: "elm street", Place: "lewes"},
		"Hauptstr. 12, 10115 Berlin":        {HouseNumber: "12", Street: "hauptstrasse", Place: "berlin", Postcode: "10115"},
		"19901":                             {Postcode: "19901"},
		"Dover":                             {Street: "dover"},
		"Dover, DE":                         {Street: "dover"},
		"Dover DE 19901":                    {Street: "dover", Postcode: "19901"},
		"Route 13":                          {Street: "route 13"},
		"1200 Route 13 Smyrna":              {HouseNumber: "1200", Street: "route 13", Place: "smyrna"},
		"5 E 5th St, Wilmington":            {HouseNumber: "5", Street: "east fifth street", Place: "wilmington"},
		"":                                  {},
		",,,":                               {},
	} {
		got := Parse(text)
		got.Text = ""
		require.Equal(t, want, got, text)
	}
}

func TestATypingErrorCostsLittleAndAnotherNameMuch(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1.0, Similarity("main street", "main street"))
	require.Zero(t, Similarity("", ""))
	require.Zero(t, Similarity("", "dover"))
	require.Greater(t, Similarity("mian street", "main street"), 0.7)
	require.Greater(t, Similarity("governers avenue", "governors avenue"), 0.7)
	require.Less(t, Similarity("oak lane", "main street"), 0.2)
	require.Equal(t, 1, editDistance([]rune("mian"), []rune("main")))
	require.Equal(t, 3, editDistance([]rune("kitten"), []rune("sitting")))
}

func TestTheBetterCandidateScoresHigherAndSaysWhy(t *testing.T) {
	t.Parallel()
	q := Parse("123 N Main St, Dover, DE 19901")
	exact, why := Match(q, Candidate{HouseNumber: "123", Street: "north main street", Place: "dover", Postcode: "19901"})
	require.Equal(t, 1.0, exact)
	require.Empty(t, why)
	last := exact
	for _, c := range []struct {
		candidate Candidate
		why       string
	}{
		{Candidate{HouseNumber: "123", Street: "main street", Place: "dover", Postcode: "19901"}, "direction"},
		{Candidate{Street: "north main street", Place: "dover", Postcode: "19901"}, "house number"},
		{Candidate{HouseNumber: "123", Street: "north main street", Place: "smyrna", Postcode: "19977"}, "another town"},
		{Candidate{Place: "dover"}, "only the town"},
	} {
		confidence, why := Match(q, c.candidate)
		require.Less(t, confidence, last, "%+v", c.candidate)
		require.Contains(t, why, c.why)
		last = confidence
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"123 N Main St, Dover, DE 19901", "#", "st st st", "1 ", "apt", "\xff\xfe", "12 b c", "de", "de de", "19901 19901", "ﬀ ß İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := Parse(s)
		for _, part := range []string{q.HouseNumber, q.Street, q.Place, q.Postcode, q.Text} {
			if !utf8.ValidString(part) {
				t.Fatalf("%q is not valid text", part)
			}
		}
		if c, _ := Match(q, Candidate{HouseNumber: q.HouseNumber, Street: q.Street, Place: q.Place, Postcode: q.Postcode}); c < 0 || c > 1 {
			t.Fatalf("confidence %v", c)
		}
		if n := Normalise(s); !utf8.ValidString(n) {
			t.Fatal("not valid text")
		}
	})
}
