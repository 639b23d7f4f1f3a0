package imports

import (
	"github.com/paulmach/orb"
)

// row is one row of a file in the types of the record. A nil field says nothing:
// a new account takes what is usual, and one that is there keeps what it has.
type row struct {
	no        int64
	accountID *int64 // given by the file, as Waymark's own number

	externalID, name, status, class, category               *string
	ownerID, teamID                                         *int64
	tags                                                    []string
	phone, email, website, notes                            *string
	revenue, potential                                      *float64
	visitIntervalDays, visitMinutes                         *int
	lastVisitOn                                             *string
	siteName, housenumber, street, city, postcode           *string
	country, openingHours, address                          *string
	point                                                   *orb.Point
	cell                                                    *int64
	source                                                  *string
	locate                                                  bool
	contactName, contactJobTitle, contactPhone, contactMail *string
	contactBlocked                                          *bool
	contactRole, contactLanguage                            *string
	contactPhones, contactMails                             []channel // nil where the file says nothing
	custom                                                  map[string]any

	findings []Finding
	raw      []string // kept when there are findings
}

// Severity of a finding.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the row is left out unless this is corrected
	Warning Severity = "warning" // the row is taken over, as the finding says
)

// Finding is something about a row that a person should know.
type Finding struct {
	Row        int64    `json:"row" doc:"As a spreadsheet counts: the heading is row 1."`
	Position   int      `json:"position" doc:"Of the column, from 0; -1 for the whole row."`
	Code       string   `json:"code"`
	Severity   Severity `json:"severity" enum:"error,warning"`
	Value      string   `json:"value" doc:"What stands in the file, shortened."`
	Detail     string   `json:"detail" doc:"What belongs to the code: another row's number, a limit, a name."`
	Suggestion string   `json:"suggestion" doc:"A value that would do; empty when there is none."`
	AccountID  *int64   `json:"accountId" doc:"The account that it speaks of."`
}

func (r *row) errors() int {
	n := 0
	for _, f := range r.findings {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

func (r *row) hasAddress() bool {
	return r.address != nil || r.street != nil || r.city != nil || r.postcode != nil
}
