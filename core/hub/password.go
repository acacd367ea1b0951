package hub

import (
	"context"

	"github.com/matthewhartstonge/argon2"

	"parley/core"
)

// Limits of a password, in bytes (ASVS 5.0 6.2: at least 8, no rules of composition, long ones allowed).
const (
	minPassword = 8
	maxPassword = 1024
)

// hashing bounds how many passwords are hashed at once: each takes 19 MiB.
var hashing = make(chan struct{}, 2)

// The OWASP choice for argon2id: 19 MiB, 2 passes, 1 lane.
var argon = argon2.Config{
	HashLength: 32, SaltLength: 16, TimeCost: 2, MemoryCost: 19 * 1024, Parallelism: 1, Mode: argon2.ModeArgon2id, Version: argon2.Version13,
}

// nobody's password: what is checked for an unknown address, so that it takes as long as for a known one.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$XCzbQRb2Y4ssBZbBEDPZaNNmvwT1cXqjLcoYTjvmDcI"

// HashPassword makes what is kept of a password; Invalid if it is too short or too long.
func HashPassword(p core.Secret) (core.Secret, error) {
	if n := len(p); n < minPassword || n > maxPassword {
		return "", &core.Error{Op: "hub.HashPassword", Kind: core.Invalid, Field: "password", Reason: "must have 8 to 1024 bytes"}
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	hash, err := argon.HashEncoded([]byte(p))
	return core.Secret(hash), err
}

// matches says whether the password is the hash's; it waits its turn, but no longer than ctx.
func matches(ctx context.Context, p, hash core.Secret) (bool, error) {
	if len(p) > maxPassword {
		return false, nil
	}
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return false, &core.Error{Op: "hub.SignIn", Kind: core.Busy, RetryAfter: retryAfter, Err: ctx.Err()}
	}
	return argon2.VerifyEncoded([]byte(p), []byte(hash))
}
