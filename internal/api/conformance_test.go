package api

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// holdAgainstDocument fails the test when an answer is not what the OpenAPI
// document says of its operation. Every request of every test passes here. It
// reads the document as any other program would, and shares no code with what
// made it.
func (w *world) holdAgainstDocument(r *reply, method, path string) {
	w.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	op := w.operation(method, path)
	if op == nil {
		return
	}
	responses := op["responses"].(map[string]any)
	response, ok := responses[strconv.Itoa(r.status)]
	if !ok && r.status >= 400 {
		response, ok = responses["default"]
	}
	require.True(w.t, ok, "status %d is not in the document\n%s", r.status, r.text())
	content, _ := response.(map[string]any)["content"].(map[string]any)
	if content == nil {
		require.Empty(w.t, r.body, r.text())
		return
	}
	kind := strings.Split(r.header.Get("Content-Type"), ";")[0]
	media, ok := content[kind].(map[string]any)
	require.True(w.t, ok, "media type %q is not in the document\n%s", kind, r.text())
	if !strings.HasSuffix(kind, "json") || kind == "application/geo+json" {
		return // a file
	}
	var body any
	require.NoError(w.t, json.Unmarshal(r.body, &body), r.text())
	if err := w.conforms(media["schema"].(map[string]any), body, "body"); err != nil {
		require.NoError(w.t, err, r.text())
	}
}

func (w *world) operation(method, path string) map[string]any {
	parts := strings.Split(path, "/")
	var best map[string]any
	fewest := math.MaxInt
	for template, item := range w.doc["paths"].(map[string]any) {
		names := strings.Split(template, "/")
		if len(names) != len(parts) {
			continue
		}
		params := 0
		matches := true
		for i, name := range names {
			if strings.HasPrefix(name, "{") {
				params++
			} else if name != parts[i] {
				matches = false
			}
		}
		if op, ok := item.(map[string]any)[strings.ToLower(method)].(map[string]any); ok && matches && params < fewest {
			best, fewest = op, params
		}
	}
	return best
}

func (w *world) conforms(schema map[string]any, v any, at string) error {
	if ref, ok := schema["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/components/schemas/")
		return w.conforms(w.doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any), v, at)
	}
	if choices, ok := schema["anyOf"].([]any); ok {
		var last error
		for _, s := range choices {
			if last = w.conforms(s.(map[string]any), v, at); last == nil {
				return nil
			}
		}
		return last
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%s: %v is none of %v", at, v, enum)
	}
	var types []string
	switch t := schema["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, one := range t {
			types = append(types, one.(string))
		}
	}
	kind := kindOf(v)
	if len(types) > 0 && !slices.Contains(types, kind) && !(kind == "integer" && slices.Contains(types, "number")) {
		return fmt.Errorf("%s: %v is %s and not %v", at, v, kind, types)
	}
	switch v := v.(type) {
	case string:
		if pattern, ok := schema["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			return fmt.Errorf("%s: %q does not match %s", at, v, pattern)
		}
		if layout, ok := map[string]string{"date-time": time.RFC3339, "date": time.DateOnly}[fmt.Sprint(schema["format"])]; ok {
			if _, err := time.Parse(layout, v); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
	case float64:
		if m, ok := schema["minimum"].(float64); ok && v < m {
			return fmt.Errorf("%s: %v is less than %v", at, v, m)
		}
		if m, ok := schema["maximum"].(float64); ok && v > m {
			return fmt.Errorf("%s: %v is more than %v", at, v, m)
		}
	case []any:
		if m, ok := schema["minItems"].(float64); ok && len(v) < int(m) {
			return fmt.Errorf("%s: %d items are less than %v", at, len(v), m)
		}
		if m, ok := schema["maxItems"].(float64); ok && len(v) > int(m) {
			return fmt.Errorf("%s: %d items are more than %v", at, len(v), m)
		}
		if items, ok := schema["items"].(map[string]any); ok {
			for i, item := range v {
				if err := w.conforms(items, item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
					return err
				}
			}
		}
	case map[string]any:
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, ok := v[name.(string)]; !ok {
				return fmt.Errorf("%s: lacks %v", at, name)
			}
		}
		properties, _ := schema["properties"].(map[string]any)
		for name, value := range v {
			property, known := properties[name].(map[string]any)
			if !known {
				switch additional := schema["additionalProperties"].(type) {
				case bool:
					if !additional {
						return fmt.Errorf("%s: %s is not in the document", at, name)
					}
				case map[string]any:
					property, known = additional, true
				}
			}
			if known {
				if err := w.conforms(property, value, at+"."+name); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
	}
	return "number"
}
