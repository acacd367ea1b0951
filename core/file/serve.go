package file

import (
	"mime"
	"net/http"
	"time"

	"parley/core"
)

// Serve hands a file to a browser, a part of it where that is asked for. Only images that run nothing are shown in a page, and all else
// is offered to be saved; none of it can run, nor be taken for something else (SECURITY 5, 6).
func (s *Store) Serve(w http.ResponseWriter, r *http.Request, f core.File) error {
	bytes, err := s.Open(f.Key)
	if err != nil {
		return err
	}
	defer bytes.Close() //nolint:errcheck // was only read
	mediaType, disposition := "application/octet-stream", "attachment"
	if core.Shows(f.Type) {
		mediaType, disposition = f.Type, "inline"
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	if named := mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}); named != "" {
		disposition = named
	}
	h.Set("Content-Disposition", disposition)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, max-age=86400")
	http.ServeContent(w, r, "", time.Time{}, bytes)
	return nil
}
