/** Manifests for Kubernetes: rendered by kustomize, and checked before they are applied. */
package io.champion.cli.deploy;
