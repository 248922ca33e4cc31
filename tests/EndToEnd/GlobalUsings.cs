global using Microsoft.Playwright;
global using Pirogov.EndToEnd.Harness;
global using Xunit;
global using static Microsoft.Playwright.Assertions;

// Browsers and whole platforms: side by side they only make one another slow.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
