namespace Pirogov.Platform.Web;

/// <summary>Where the built scripts of <c>web/</c> are served: the host knows the hashed names of this build.</summary>
public interface IWebAssets
{
    /// <param name="entry">A module of its own root document, such as <c>radiology</c> or <c>upload</c>.</param>
    /// <returns>The address to put into a module script.</returns>
    string Script(string entry);

    /// <returns>The addresses of the style sheets that the entry needs.</returns>
    IEnumerable<string> Styles(string entry);
}
