// The Mattermost that tests talk to. prepare.sh builds its command; nothing
// imports it, so that its requirements never reach the product.
module github.com/unistra/melusine/deploy/dev/mattermost

go 1.26.0

require (
	github.com/mattermost/mattermost/server/public v0.1.21
	github.com/mattermost/mattermost/server/v8 v8.0.0-20251014075701-833e0125320d
)
