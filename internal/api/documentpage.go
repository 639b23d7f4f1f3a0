package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"sort"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed documentpage.html
var documentPageText string

var documentPageTemplate = template.Must(template.New("docs").Parse(documentPageText))

// pageChapter is the operations of one tag.
type pageChapter struct {
	Name       string
	Operations []pageOperation
}

type pageOperation struct {
	ID, Method, Path, Summary string
	Paragraphs                []string
	Parameters                []pageField
	Request, Response         template.HTML
	Status                    string
}

type pageField struct {
	Name, In, Doc string
	Type          template.HTML
	Required      bool
}

type pageSchema struct {
	Name   string
	Fields []pageField
}

// documentPage is the OpenAPI document for people: one page of HTML without a
// script, made from the document itself.
func documentPage(doc *huma.OpenAPI) ([]byte, error) {
	data := struct {
		Title, Version string
		Paragraphs     []string
		Chapters       []pageChapter
		Schemas        []pageSchema
	}{Title: doc.Info.Title, Version: doc.Info.Version, Paragraphs: strings.Split(doc.Info.Description, "\n\n")}

	chapters := map[string]int{}
	for _, op := range operationsOf(doc) {
		tag := op.Tags[0]
		i, ok := chapters[tag]
		if !ok {
			i = len(data.Chapters)
			chapters[tag] = i
			data.Chapters = append(data.Chapters, pageChapter{Name: tag})
		}
		data.Chapters[i].Operations = append(data.Chapters[i].Operations, pageOperationOf(op))
	}
	schemas := doc.Components.Schemas.Map()
	names := make([]string, 0, len(schemas))
	for name := range schemas {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := pageSchema{Name: name}
		for _, field := range propertyNames(schemas[name]) {
			property := schemas[name].Properties[field]
			s.Fields = append(s.Fields, pageField{
				Name: field, Type: typeText(property), Doc: property.Description,
				Required: slices.Contains(schemas[name].Required, field),
			})
		}
		data.Schemas = append(data.Schemas, s)
	}
	var out bytes.Buffer
	if err := documentPageTemplate.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("write the page of the OpenAPI document: %w", err)
	}
	return out.Bytes(), nil
}

// operationsOf lists the operations by path, then in the order in which people
// think of methods.
func operationsOf(doc *huma.OpenAPI) []*huma.Operation {
	var ops []*huma.Operation
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				ops = append(ops, op)
			}
		}
	}
	order := map[string]int{"GET": 0, "POST": 1, "PUT": 2, "PATCH": 3, "DELETE": 4}
	sort.Slice(ops, func(i, j int) bool {
		if ops[i].Path != ops[j].Path {
			return ops[i].Path < ops[j].Path
		}
		return order[ops[i].Method] < order[ops[j].Method]
	})
	return ops
}

func pageOperationOf(op *huma.Operation) pageOperation {
	p := pageOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary}
	for text := range strings.SplitSeq(op.Description, "\n\n") {
		if text = strings.ReplaceAll(strings.TrimSpace(text), "`", ""); text != "" {
			p.Paragraphs = append(p.Paragraphs, text)
		}
	}
	for _, param := range op.Parameters {
		p.Parameters = append(p.Parameters, pageField{
			Name: param.Name, In: param.In, Type: typeText(param.Schema), Required: param.Required,
			Doc: strings.TrimSpace(param.Description + " " + param.Schema.Description),
		})
	}
	if op.RequestBody != nil {
		if media := op.RequestBody.Content["application/json"]; media != nil {
			p.Request = typeText(media.Schema)
		}
	}
	for status, response := range op.Responses {
		if status < "200" || status >= "300" {
			continue
		}
		p.Status = status
		if media := response.Content["application/json"]; media != nil {
			p.Response = typeText(media.Schema)
		}
	}
	return p
}

func propertyNames(s *huma.Schema) []string {
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// typeText is a schema in one line, with links to those that have a name.
func typeText(s *huma.Schema) template.HTML {
	if s == nil {
		return ""
	}
	esc := template.HTMLEscapeString
	var text string
	switch {
	case s.Ref != "":
		name := esc(s.Ref[strings.LastIndexByte(s.Ref, '/')+1:])
		text = `<a href="#schema-` + name + `">` + name + `</a>`
	case len(s.Enum) > 0:
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = esc(fmt.Sprint(v))
		}
		text = strings.Join(values, " | ")
	case s.Type == "array":
		text = "[" + string(typeText(s.Items)) + "]"
		if s.MinItems != nil && s.MaxItems != nil && *s.MinItems == *s.MaxItems {
			text += fmt.Sprintf(" of %d", *s.MinItems)
		}
	case s.Type == "object":
		fields := make([]string, 0, len(s.Properties))
		for _, name := range propertyNames(s) {
			fields = append(fields, esc(name)+": "+string(typeText(s.Properties[name])))
		}
		text = "{" + strings.Join(fields, ", ") + "}"
	case s.Type == "":
		text = "anything"
	default:
		text = esc(s.Type)
		if s.Format != "" && s.Format != "int64" && s.Format != "int32" && s.Format != "double" {
			text += " (" + esc(s.Format) + ")"
		}
	}
	if s.Minimum != nil {
		text += fmt.Sprintf(" ≥ %v", *s.Minimum)
	}
	if s.Maximum != nil {
		text += fmt.Sprintf(" ≤ %v", *s.Maximum)
	}
	if s.Nullable {
		text += " | null"
	}
	return template.HTML(text) // every piece above is escaped
}
