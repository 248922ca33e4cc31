using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class SecondFactorCodesWorkOnce : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "UsedCodeStep",
                table: "account",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "UsedCodeStep",
                table: "account");
        }
    }
}
