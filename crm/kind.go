package crm

import (
	"net/http"

	"parley/core"
	"parley/core/webhook"
)

// Kind is a kind of system where records live.
type Kind struct {
	core.ProviderKind

	// Address names the setting that says to whom the keys are shown: whoever changes it gives the keys again.
	Address string

	// Open makes what speaks for an account, whose settings have been filled as ProviderKind says. It does no I/O. The error is Invalid, with the field:
	// settings.<name> or keys.<name>.
	Open func(Account) (core.Provider, error)

	// Make makes a key that is made where none is given; nil where there is no such key.
	Make func() core.Secret
}

// Account is an account on a system, with what its provider needs.
type Account struct {
	Settings core.FieldValues
	Keys     map[string]core.Secret
	Guard    *webhook.Guard // says which addresses may be called
	HTTP     *http.Client   // of the guard's; shared
	Clock    core.Clock
}

// Limits of what systems say, in bytes.
const (
	maxRemoteID = 200
	maxAddress  = 2048
	maxReason   = 500
)
