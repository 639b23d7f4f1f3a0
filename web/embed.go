// Package web holds the built web application. `npm run build` in this folder
// fills dist; without it Files has no index.html and the server says so.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built application, index.html at its root.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path: it cannot happen
	}
	return files
}
