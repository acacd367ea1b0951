package core

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"log/slog"
)

// Secret is a word that must not be seen: it prints as [redacted], in logs and JSON too.
type Secret string

// Reveal gives the secret itself, for the one place that needs it.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string   { return "[redacted]" }
func (Secret) GoString() string { return "[redacted]" }

// LogValue keeps the secret out of slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// MarshalText keeps the secret out of JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// TokenLength is the length of what NewToken returns.
const TokenLength = 43

// NewToken makes 256 random bits in base64url: the one source of everything whose knowledge is a right.
func NewToken() Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: it crashes the program instead
	return Secret(base64.RawURLEncoding.EncodeToString(b[:]))
}

// HashToken gives what may be stored of a token. Tokens have 256 random bits, so a plain hash is enough.
func HashToken(t Secret) string {
	h := sha256.Sum256([]byte(t))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Key is the installation's secret key: 32 bytes.
type Key [32]byte

// ParseKey reads a key from base64, as PARLEY_SECRET_KEY gives it.
func ParseKey(s string) (Key, error) {
	var k Key
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != len(k) {
		return k, &Error{Op: "core.ParseKey", Kind: Invalid, Reason: "must be 32 bytes in base64"}
	}
	return Key(b), nil
}

// NewKey makes a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k[:])
	return k
}

// Text is the key in base64, as ParseKey reads it.
func (k Key) Text() Secret { return Secret(base64.StdEncoding.EncodeToString(k[:])) }

// Derive makes the key for one purpose from the installation's key.
func (k Key) Derive(purpose string) Key {
	b, err := hkdf.Key(sha256.New, k[:], nil, "parley "+purpose, len(k))
	if err != nil { // only for lengths that HKDF cannot give
		panic(err)
	}
	return Key(b)
}

// Check is what the database keeps of the key, so that another key on the same database is noticed.
func (k Key) Check() string {
	c := k.Derive("check")
	return base64.RawURLEncoding.EncodeToString(c[:12])
}

// CursorSeal hides a visitor's place in the log: whoever could read two of them could count what happened between, notes
// included. A sealed cursor is one AES block over the place and a mark of its owner and generation, so it tells nothing, cannot be
// made by others, and one visitor's is refused for another.
type CursorSeal struct {
	block      cipher.Block
	generation Generation
}

// NewCursorSeal makes the seal from the installation's key.
func NewCursorSeal(k Key) CursorSeal {
	k = k.Derive("cursor")
	block, err := aes.NewCipher(k[:])
	if err != nil { // only for key lengths that AES does not know
		panic(err)
	}
	return CursorSeal{block: block}
}

// Of is the seal of the log's generation. Without it the seal is of the first.
func (s CursorSeal) Of(g Generation) CursorSeal {
	s.generation = g
	return s
}

// Seal hides the cursor for its owner.
func (s CursorSeal) Seal(c EventID, channel ChannelID, owner RemoteID) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[:8], uint64(c)) //nolint:gosec // never negative
	copy(b[8:], s.mark(channel, owner))
	s.block.Encrypt(b[:], b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Open reads a cursor that Seal made for the same owner, in the same generation; anything else is Invalid.
func (s CursorSeal) Open(text string, channel ChannelID, owner RemoteID) (EventID, error) {
	refused := &Error{Op: "core.CursorSeal", Kind: Invalid, Field: "after"}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != aes.BlockSize {
		return 0, refused
	}
	s.block.Decrypt(b, b)
	if string(b[8:]) != string(s.mark(channel, owner)) {
		return 0, refused
	}
	c := EventID(binary.BigEndian.Uint64(b[:8])) //nolint:gosec // checked in the next line
	if c < 0 {
		return 0, refused
	}
	return c, nil
}

func (s CursorSeal) mark(channel ChannelID, owner RemoteID) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(channel))   //nolint:gosec // an id
	b = binary.BigEndian.AppendUint64(b, uint64(s.generation)) //nolint:gosec // never negative
	h := sha256.Sum256(append(b, owner...))
	return h[:8]
}

// SecretSeal keeps channels' secrets as they lie in the database: AES-GCM with a random nonce. What was sealed for one purpose
// cannot be opened for another.
type SecretSeal struct{ aead cipher.AEAD }

// NewSecretSeal makes the seal from the installation's key.
func NewSecretSeal(k Key) SecretSeal {
	k = k.Derive("secrets")
	block, err := aes.NewCipher(k[:])
	if err != nil { // only for key lengths that AES does not know
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil { // only for other block sizes
		panic(err)
	}
	return SecretSeal{aead}
}

// Seal hides a secret.
func (s SecretSeal) Seal(secret Secret, purpose string) string {
	sealed := s.aead.Seal(nil, nil, []byte(secret), []byte(purpose)) //nolint:gosec // this AEAD makes a random nonce itself
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open reads what Seal made for the same purpose; anything else is Invalid.
func (s SecretSeal) Open(sealed, purpose string) (Secret, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err == nil {
		b, err = s.aead.Open(nil, nil, b, []byte(purpose))
	}
	if err != nil {
		return "", &Error{Op: "core.SecretSeal", Kind: Invalid, Reason: "was sealed with another key", Err: err}
	}
	return Secret(b), nil
}

// Word derives a secret word for one purpose, the same at every call: what a network must say to be let in.
func (k Key) Word(purpose string) Secret {
	w := k.Derive("word " + purpose)
	return Secret(base64.RawURLEncoding.EncodeToString(w[:]))
}
