package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsDoNotShow(t *testing.T) {
	t.Parallel()
	const word = "hunter2canary"
	s := Secret(word)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "all", struct{ P Secret }{s})
	b, _ := json.Marshal(map[string]any{"s": s, "in": struct{ P Secret }{s}})
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%v %s %q %#v %+v", s, s, s, s, struct{ P Secret }{s}), string(b), log.String()} {
		if strings.Contains(shown, word) {
			t.Errorf("shown in %s", shown)
		}
	}
}

func TestASealedCursorIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	key := NewKey()
	seal := NewCursorSeal(key)
	text := seal.Seal(4711, 5, "carla")
	if c, err := seal.Open(text, 5, "carla"); err != nil || c != 4711 {
		t.Fatalf("got %v, %v", c, err)
	}
	if next := seal.Seal(4712, 5, "carla"); next[:8] == text[:8] {
		t.Errorf("neighbours look alike: %s, %s", text, next)
	}
	again := NewCursorSeal(NewKey())
	for name, err := range map[string]error{
		"another customer": second(seal.Open(text, 5, "diego")),
		"another channel":  second(seal.Open(text, 6, "carla")),
		"another log":      second(seal.Of(NewGeneration()).Open(text, 5, "carla")),
		"another key":      second(again.Open(text, 5, "carla")),
		"cut":              second(seal.Open(text[:20], 5, "carla")),
		"empty":            second(seal.Open("", 5, "carla")),
		"changed":          second(seal.Open(other(text[:1])+text[1:], 5, "carla")),
		"not base64":       second(seal.Open(strings.Repeat("!", 22), 5, "carla")),
		"made up":          second(seal.Open(strings.Repeat("A", 22), 5, "carla")),
	} {
		if KindOf(err) != Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
}

// other gives another letter.
func other(letter string) string {
	if letter == "A" {
		return "B"
	}
	return "A"
}

func second[V any](_ V, err error) error { return err }

func TestKeys(t *testing.T) {
	t.Parallel()
	k := NewKey()
	if got, err := ParseKey(k.Text().Reveal()); err != nil || got != k {
		t.Errorf("got %v", err)
	}
	for _, s := range []string{"", "short", strings.Repeat("A", 43), strings.Repeat("A", 48)} {
		if _, err := ParseKey(s); KindOf(err) != Invalid {
			t.Errorf("%q: got %v, want invalid", s, err)
		}
	}
	if k.Derive("a") == k.Derive("b") || k.Derive("a") == k || k.Check() == NewKey().Check() {
		t.Error("derived keys are not apart")
	}
	first, other := NewToken(), NewToken()
	if len(first) != TokenLength || first == other {
		t.Error("tokens are not what they are said to be")
	}
}

func TestASealedSecretIsForOnePurpose(t *testing.T) {
	t.Parallel()
	key := NewKey()
	seal := NewSecretSeal(key)
	for _, secret := range []Secret{"123:abc", "", Secret(strings.Repeat("é", 5000))} {
		text := seal.Seal(secret, "channel chn_1 token")
		if got, err := seal.Open(text, "channel chn_1 token"); err != nil || got != secret {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if secret != "" && strings.Contains(text, secret.Reveal()) {
			t.Error("it can be read")
		}
		if again := seal.Seal(secret, "channel chn_1 token"); again == text {
			t.Error("sealed twice, it looks the same")
		}
		changed := []byte(text)
		changed[len(changed)/2] ^= 1
		again := NewSecretSeal(NewKey())
		for name, err := range map[string]error{
			"another purpose": second(seal.Open(text, "channel chn_2 token")),
			"no purpose":      second(seal.Open(text, "")),
			"another key":     second(again.Open(text, "channel chn_1 token")),
			"changed":         second(seal.Open(string(changed), "channel chn_1 token")),
			"cut":             second(seal.Open(text[:len(text)-4], "channel chn_1 token")),
			"longer":          second(seal.Open(text+"AAAA", "channel chn_1 token")),
			"empty":           second(seal.Open("", "channel chn_1 token")),
			"not base64":      second(seal.Open("!"+text[1:], "channel chn_1 token")),
		} {
			if KindOf(err) != Invalid || secret != "" && strings.Contains(err.Error(), secret.Reveal()) {
				t.Errorf("%s: got %v, want invalid", name, err)
			}
		}
		if got, err := NewSecretSeal(key).Open(text, "channel chn_1 token"); err != nil || got != secret {
			t.Errorf("after a restart: %v", err)
		}
	}
	same := key
	if key.Word("a") == key.Word("b") || key.Word("a") != same.Word("a") || key.Word("a") == NewKey().Word("a") || len(key.Word("a")) < 43 {
		t.Error("derived words are not what they are said to be")
	}
}
