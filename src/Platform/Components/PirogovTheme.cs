using MudBlazor;

namespace Pirogov.Platform.Components;

/// <summary>
/// Shapes and type of the components. Colours stand in the style sheet as <c>light-dark()</c> pairs, so that both themes work
/// on static pages too and follow the system without a script.
/// </summary>
public static class PirogovTheme
{
    private static readonly string[] Fonts = ["Segoe UI", "Inter", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif"];

    public static readonly MudTheme Mud = new()
    {
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = ".9375rem", LineHeight = "1.5" },
            H4 = new H4Typography { FontFamily = Fonts, FontSize = "1.625rem", FontWeight = "650", LineHeight = "1.25", LetterSpacing = "-.01em" },
            H5 = new H5Typography { FontFamily = Fonts, FontSize = "1.25rem", FontWeight = "650", LineHeight = "1.3" },
            H6 = new H6Typography { FontFamily = Fonts, FontSize = "1.0625rem", FontWeight = "650", LineHeight = "1.35" },
            Button = new ButtonTypography { FontFamily = Fonts, FontSize = ".875rem", FontWeight = "600", TextTransform = "none", LetterSpacing = "0" },
        },
    };
}
