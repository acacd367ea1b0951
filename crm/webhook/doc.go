// Package webhook is the provider of any system that takes signed JSON over HTTP: each thing that is asked of it is one POST, signed as Standard Webhooks
// are, with the call's id as webhook-id. README.md is the contract, with a receiver in a few lines.
//
// Start with webhook.go; wire.go is what is said, error.go what a failure means. Calls are made by core/webhook, which reaches nobody inside.
package webhook
