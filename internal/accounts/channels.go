package accounts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// Channel is one more way to reach a contact.
type Channel struct {
	Label string `json:"label" maxLength:"40" example:"mobile"`
	Value string `json:"value" minLength:"1" maxLength:"320"`
}

// maxChannels is how many further phones, and e-mails, a contact may have.
const maxChannels = 10

// ContactRoles lists what a contact may be for the company.
func ContactRoles() []string {
	return []string{"decision_maker", "buyer", "technical", "user", "billing", "other"}
}

var languageTag = regexp.MustCompile(`^([a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$`)

func checkContactRest(role, language *string, phones, emails *[]Channel) error {
	var in input
	if role != nil && *role != "" && !slices.Contains(ContactRoles(), *role) {
		in.refuse("role", "The role is one of decision_maker, buyer, technical, user, billing and other.")
	}
	in.text("language", "The language", language, 30)
	if language != nil && !languageTag.MatchString(*language) {
		in.refuse("language", "The language is a tag such as de, en or pt-BR.")
	}
	each := func(field string, all *[]Channel, check func(string, *string)) {
		if all == nil {
			return
		}
		if len(*all) > maxChannels {
			in.refuse(field, fmt.Sprintf("A contact may have %d further ones.", maxChannels))
			return
		}
		for i := range *all {
			c := &(*all)[i]
			in.text(fmt.Sprintf("%s[%d].label", field, i), "The label", &c.Label, 40)
			check(fmt.Sprintf("%s[%d].value", field, i), &c.Value)
			if c.Value == "" {
				in.refuse(fmt.Sprintf("%s[%d].value", field, i), "There is nothing in it.")
			}
		}
	}
	each("morePhones", phones, func(field string, v *string) { in.text(field, "The phone number", v, maxPhone) })
	each("moreEmails", emails, in.email)
	return in.failed()
}

// channels is the JSON that the database keeps.
func channels(all []Channel) string {
	if all == nil {
		all = []Channel{}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // texts always can be written
	}
	return string(raw)
}

func changedChannels(all *[]Channel) *string {
	if all == nil {
		return nil
	}
	text := channels(*all)
	return &text
}
