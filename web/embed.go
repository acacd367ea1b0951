package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Pages are the built pages that the program carries: app (the workspace) and w (the widget). Both are missing in a
// program that was built without them.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil { // only for names that are no paths
		panic(err)
	}
	return pages
}
