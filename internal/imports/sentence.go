package imports

import "strings"

// sentences are the findings in words; %v is the value, %d the detail.
var sentences = map[string]string{
	"name_missing":        "The name is missing.",
	"too_long":            "It is longer than the %d characters that fit.",
	"cell_too_long":       "The cell is longer than %d bytes.",
	"bad_number":          "“%v” is no number.",
	"out_of_range":        "“%v” must lie between %d.",
	"bad_date":            "“%v” is no date.",
	"ambiguous_date":      "“%v” was read as %d.",
	"bad_choice":          "“%v” is none of %d.",
	"bad_boolean":         "“%v” is neither yes nor no.",
	"bad_email":           "“%v” is no e-mail address.",
	"bad_website":         "“%v” is no web address.",
	"bad_opening_hours":   "The opening hours “%v” cannot be read; write them like %d.",
	"unknown_owner":       "There is no user “%v”.",
	"unknown_team":        "There is no team “%v”.",
	"may_not_assign":      "Your role does not allow giving accounts to other people.",
	"too_many_tags":       "There are more than %d tags.",
	"too_many_channels":   "There are more than %d further ones.",
	"half_a_place":        "Only one of latitude and longitude is there.",
	"bad_coordinate":      "“%v” is no place on the globe.",
	"zero_place":          "The place 0, 0 was taken for none.",
	"swapped":             "Latitude and longitude are swapped; taken as %d.",
	"wrong_sign":          "The longitude lacks its minus; taken as %d.",
	"unclosed_quote":      "A quote is never closed; it was taken for a letter.",
	"extra_cells":         "The row has %d cells more than there are columns.",
	"unknown_id":          "There is no account %v.",
	"number_without_name": "No account has the number %v, and the row has no name for a new one.",
	"double_number":       "Row %d has the same number.",
	"double_row":          "Row %d says the same.",
	"resembles":           "It resembles the account “%v”: %d.",
	"not_found":           "The address “%v” was not found.",
	"doubtful":            "The address “%v” is doubtful: %d.",
}

// sentence says a finding in English, with its column.
func (f Finding) sentence(columns []Column) string {
	text := sentences[f.Code]
	if text == "" {
		text = f.Code + ": %v"
	}
	text = strings.NewReplacer("%v", f.Value, "%d", f.Detail).Replace(text)
	if f.Suggestion != "" {
		text += " Perhaps “" + f.Suggestion + "”?"
	}
	if f.Position >= 0 && f.Position < len(columns) {
		text = columns[f.Position].Heading + ": " + text
	}
	return text
}
