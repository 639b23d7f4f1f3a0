package export

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/accounts"
)

// places gives an account once for each of its sites, with the contacts beside
// them; once without a site when it has none. Every one has all columns, since a
// feature stands for itself.
func places(r *accounts.Record, each func(l line) error) error {
	l := line{Record: r}
	if len(r.Contacts) > 0 {
		l.contact = &r.Contacts[0]
	}
	if len(r.Sites) == 0 {
		return each(l)
	}
	for i := range r.Sites {
		l.site = &r.Sites[i]
		if err := each(l); err != nil {
			return err
		}
	}
	return nil
}

// geoJSONWriter writes a FeatureCollection (RFC 7946), a feature a line, with the
// columns' keys as properties. An account without a site has no geometry.
type geoJSONWriter struct {
	to      io.Writer
	out     *bufio.Writer
	columns []column
	first   bool
}

func (w *geoJSONWriter) begin(columns []column) error {
	w.out, w.columns, w.first = bufio.NewWriterSize(w.to, 64<<10), columns, true
	_, _ = w.out.WriteString(`{"type":"FeatureCollection","features":[`)
	return w.flush()
}

func (w *geoJSONWriter) account(r *accounts.Record) error {
	return places(r, func(l line) error {
		if !w.first {
			_ = w.out.WriteByte(',')
		}
		w.first = false
		type geometry struct {
			Type        string    `json:"type"`
			Coordinates orb.Point `json:"coordinates"`
		}
		feature := struct {
			Type       string         `json:"type"`
			ID         string         `json:"id"`
			Geometry   *geometry      `json:"geometry"`
			Properties map[string]any `json:"properties"`
		}{Type: "Feature", ID: strconv.FormatInt(l.ID, 10), Properties: map[string]any{}}
		if l.site != nil {
			feature.ID += "-" + strconv.FormatInt(l.site.ID, 10)
			feature.Geometry = &geometry{"Point", l.site.Point}
		}
		for _, c := range w.columns {
			if v := c.of(l, false); v != nil && v != "" {
				feature.Properties[c.key] = v
			}
		}
		text, err := json.Marshal(feature)
		if err != nil {
			return err
		}
		_ = w.out.WriteByte('\n')
		_, err = w.out.Write(text)
		return err
	})
}

func (w *geoJSONWriter) flush() error { return w.out.Flush() }

func (w *geoJSONWriter) end() error {
	_, _ = w.out.WriteString("\n]}\n")
	return w.flush()
}

// kmlWriter writes KML 2.2 (OGC 07-147r2), a placemark a site, with the columns'
// headings as names of its data.
type kmlWriter struct {
	to      io.Writer
	title   string
	out     *bufio.Writer
	columns []column
}

func (w *kmlWriter) begin(columns []column) error {
	w.out, w.columns = bufio.NewWriterSize(w.to, 64<<10), columns
	_, _ = w.out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>`)
	w.text(w.title)
	_, _ = w.out.WriteString("</name>\n")
	return w.flush()
}

// text writes a text; the writer keeps its error until it is flushed.
func (w *kmlWriter) text(s string) { _ = xml.EscapeText(w.out, []byte(s)) }

func (w *kmlWriter) account(r *accounts.Record) error {
	return places(r, func(l line) error {
		_, _ = w.out.WriteString("<Placemark><name>")
		w.text(l.Name)
		_, _ = w.out.WriteString("</name>")
		if l.site != nil {
			address := strings.Join(strings.Fields(strings.Join([]string{l.site.Housenumber, l.site.Street, l.site.Postcode, l.site.City}, " ")), " ")
			if address != "" {
				_, _ = w.out.WriteString("<address>")
				w.text(address)
				_, _ = w.out.WriteString("</address>")
			}
		}
		_, _ = w.out.WriteString("<ExtendedData>")
		for _, c := range w.columns {
			text := plainText(c.of(l, false))
			if text == "" {
				continue
			}
			_, _ = w.out.WriteString(`<Data name="`)
			w.text(c.heading)
			_, _ = w.out.WriteString(`"><value>`)
			w.text(text)
			_, _ = w.out.WriteString("</value></Data>")
		}
		_, _ = w.out.WriteString("</ExtendedData>")
		if l.site != nil {
			fmt.Fprintf(w.out, "<Point><coordinates>%s,%s</coordinates></Point>",
				strconv.FormatFloat(l.site.Point[0], 'f', -1, 64), strconv.FormatFloat(l.site.Point[1], 'f', -1, 64))
		}
		_, err := w.out.WriteString("</Placemark>\n")
		return err
	})
}

// plainText writes a value where no spreadsheet will read it.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, "; ")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return cellText(v)
}

func (w *kmlWriter) flush() error { return w.out.Flush() }

func (w *kmlWriter) end() error {
	_, _ = w.out.WriteString("</Document></kml>\n")
	return w.flush()
}
