// A page of campaigns as React InstantSearch makes it, unmodified: a search box, two lists of facet values, hits with
// what was found marked, and pages. Where Greenroom listens comes from the page's address.
import { liteClient } from "algoliasearch/lite";
import { createElement as h } from "react";
import { createRoot } from "react-dom/client";
import {
  ClearRefinements,
  Configure,
  Highlight,
  Hits,
  InstantSearch,
  Pagination,
  RefinementList,
  SearchBox,
  Stats,
} from "react-instantsearch";

const given = new URLSearchParams(location.search);
const searchClient = liteClient(given.get("app"), given.get("key"), {
  hosts: [{ url: "127.0.0.1", port: Number(given.get("port")), protocol: "http", accept: "readWrite" }],
});

const Hit = ({ hit }) =>
  h("article", { "data-id": hit.objectID }, h(Highlight, { attribute: "campaignName", hit }), " ", hit.platform);

createRoot(document.querySelector("main")).render(
  h(
    InstantSearch,
    { searchClient, indexName: given.get("index") ?? "campaigns" },
    h(Configure, { hitsPerPage: 5, filters: given.get("filters") ?? undefined }),
    h(SearchBox, { placeholder: "Search campaigns" }),
    h(Stats, null),
    h("section", { id: "platform" }, h(RefinementList, { attribute: "platform", operator: "or" })),
    h("section", { id: "status" }, h(RefinementList, { attribute: "status", operator: "and", searchable: true })),
    h(ClearRefinements, null),
    h(Hits, { hitComponent: Hit }),
    h(Pagination, null),
  ),
);
