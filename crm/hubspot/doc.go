// Package hubspot is the provider of a HubSpot account: its contacts, companies, tickets and deals, by the public CRM API.
//
// HubSpot has no idempotency keys. A record is made by an upsert on a property whose values are unique, which README.md says how to make: it holds
// Parley's id of the record, so the same call finds what it has made. Nothing is looked for first: HubSpot's search is some seconds behind.
//
// Start with hubspot.go (the account and the five methods); wire.go is what is said and answered, describe.go makes types of properties, error.go tells refusals
// from everything else. Calls are made by core/webhook, which reaches nobody inside.
package hubspot
