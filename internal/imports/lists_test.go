package imports

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPartsOfACellMayBeQuoted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`gold, silver;bronze|#new`:            {"gold", "silver", "bronze", "new"},
		`gold; "a, b"; "say ""x"""`:           {"gold", "a, b", `say "x"`},
		`"a;b","c"`:                           {"a;b", "c"},
		`"never closed; b`:                    {`"never closed`, "b"},
		`"x" tall; b`:                         {`"x" tall`, "b"},
		` ;; , `:                              nil,
		`"";a`:                                {"", "a"},
		`3" pipe; 5" pipe`:                    {`3" pipe`, `5" pipe`},
		`"ends with a sign;"`:                 {"ends with a sign;"},
		"\"two\nlines\";b":                    {"two\nlines", "b"},
		`"京 #1" ; café`:                       {"京 #1", "café"},
		`"a""";"b"`:                           {`a"`, "b"},
		`mobile: +1 302; "fax, 2nd: (302) 5"`: {"mobile: +1 302", "fax, 2nd: (302) 5"},
	} {
		require.Equal(t, want, splitList(text, ",;|#"), text)
	}
}
