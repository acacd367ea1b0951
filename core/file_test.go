package core

import (
	"strings"
	"testing"
)

func TestWhatAFileIsCalledSECURITY3(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 200) + ".png"
	for name, tt := range map[string]struct{ in, want string }{
		"as it is":                        {"Rechnung März.pdf", "Rechnung März.pdf"},
		"a path leads nowhere":            {"../../etc/passwd", "passwd"},
		"nor one of Windows":              {`C:\Users\carla\cat.png`, "cat.png"},
		"nor dots alone":                  {"..", "file"},
		"nor a slash":                     {"/", "file"},
		"nothing":                         {"", "file"},
		"control characters go":           {"a\r\nSet-Cookie: x\x00.png", "aSet-Cookie x.png"},
		"marks that turn the text around": {"photo\u202egnp.exe", "photognp.exe"},
		"markup loses its brackets":       {`"><img src=x onerror=alert(1)>.png`, "img src=x onerror=alert(1).png"},
		"invalid UTF-8 goes":              {"a\xff.txt", "a.txt"},
		"no hidden files":                 {".htaccess", "htaccess"},
	} {
		if got := FileName(tt.in); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
	if got := FileName(long); len(got) > MaxName || !strings.HasSuffix(got, "ä.png") || CheckName("name", got) != nil {
		t.Errorf("a long name: got %q of %d bytes", got, len(got))
	}
}

func TestWhatIsShownOfAFileSECURITY5(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ told, mediaType, want string }{
		{"photo", "image/jpeg", "photo"}, {"file", "image/png", "photo"}, {"sticker", "image/webp", "sticker"},
		{"photo", "text/html", "file"}, {"photo", "image/svg+xml", "file"}, {"", "application/pdf", "file"}, {"voice", "audio/ogg", "voice"},
	} {
		if got := KindOfFile(tt.told, tt.mediaType); got != tt.want {
			t.Errorf("a %s with the content of %s: got %q, want %q", tt.told, tt.mediaType, got, tt.want)
		}
	}
}

func TestHowFarAMessageWithFilesIs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		words, first, second, want DeliveryState
	}{
		"all on their way":                  {Queued, Queued, Queued, Queued},
		"one has arrived":                   {Sent, Queued, Queued, Queued},
		"all have":                          {Sent, Sent, Sent, Sent},
		"files without words":               {"", Sent, Sent, Sent},
		"one failed while others go on":     {Queued, Failed, Queued, Failed},
		"one may not have arrived":          {Sent, MaySent, Sent, MaySent},
		"where nothing is owed, nothing is": {"", "", "", ""},
	} {
		x := Extra{Words: tt.words, Media: []Media{{File: 1, Sent: tt.first}, {File: 2, Sent: tt.second}}}
		if got := x.Whole(); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
