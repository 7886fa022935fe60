// A Kubernetes API server for CustomResourceDefinitions and what they define, on an etcd, to stand behind the aggregator of
// another API server: that one knows who asks and what they may do. This one believes everybody who reaches its port.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"

	"go.opentelemetry.io/otel/trace/noop"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	generated "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	definitions "k8s.io/apiserver/pkg/util/openapi"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// Conversion by webhooks is not what is tested here.
type noServices struct{}

func (noServices) ResolveEndpoint(namespace, name string, port int32) (*url.URL, error) {
	return nil, fmt.Errorf("no way to service %s/%s:%d", namespace, name, port)
}

// onlyDefined leaves room for what CRDs define and nothing else. The old aggregator has the paths of CRDs themselves, and takes
// nothing from a server that has them a second time.
func onlyDefined(swagger *spec.Swagger) (*spec.Swagger, error) {
	swagger.Paths.Paths = map[string]spec.PathItem{}
	swagger.Definitions = spec.Definitions{}
	return swagger, nil
}

func main() {
	etcd := flag.String("etcd", "http://127.0.0.1:2379", "URL of etcd")
	address := flag.String("address", "127.0.0.1", "address to listen on")
	port := flag.Int("port", 7443, "port to listen on")
	certificates := flag.String("certificates", "certificates", "directory for a certificate of its own making")
	flag.Parse()
	if err := serve(genericapiserver.SetupSignalContext(), *etcd, net.ParseIP(*address), *port, *certificates); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, etcd string, address net.IP, port int, certificates string) error {
	all := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	o := all.RecommendedOptions
	// These would ask the other API server for kinds that only a present one has.
	o.Authentication, o.Authorization, o.CoreAPI, o.Admission = nil, nil, nil, nil
	o.Features.EnablePriorityAndFairness = false
	o.Etcd.StorageConfig.Transport.ServerList = []string{etcd}
	o.SecureServing.BindAddress, o.SecureServing.BindPort = address, port
	o.SecureServing.ServerCert.CertDirectory = certificates
	if err := all.ServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	if err := all.Complete(); err != nil {
		return err
	}
	if err := all.Validate(); err != nil {
		return err
	}
	if err := o.SecureServing.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{address}); err != nil {
		return err
	}
	config := genericapiserver.NewRecommendedConfig(apiserver.Codecs)
	if err := all.ServerRunOptions.ApplyTo(&config.Config); err != nil {
		return err
	}
	if err := o.ApplyTo(config); err != nil {
		return err
	}
	if err := all.APIEnablement.ApplyTo(&config.Config, apiserver.DefaultAPIResourceConfigSource(), apiserver.Scheme); err != nil {
		return err
	}
	// Version 2 is what the aggregator of an old API server merges into its own, and `kubectl explain` reads there.
	known := definitions.GetOpenAPIDefinitionsWithoutDisabledFeatures(generated.GetOpenAPIDefinitions)
	names := openapi.NewDefinitionNamer(apiserver.Scheme, scheme.Scheme)
	config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(known, names)
	config.OpenAPIConfig.PostProcessSpec = onlyDefined
	config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(known, names)
	server, err := (&apiserver.Config{GenericConfig: config, ExtraConfig: apiserver.ExtraConfig{
		CRDRESTOptionsGetter: options.NewCRDRESTOptionsGetter(*o.Etcd, config.ResourceTransformers, config.StorageObjectCountTracker),
		ServiceResolver:      noServices{},
		AuthResolverWrapper:  webhook.NewDefaultAuthenticationInfoResolverWrapper(nil, nil, config.LoopbackClientConfig, noop.NewTracerProvider()),
	}}).Complete().New(genericapiserver.NewEmptyDelegate())
	if err != nil {
		return err
	}
	return server.GenericAPIServer.PrepareRun().RunWithContext(ctx)
}
